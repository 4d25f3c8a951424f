// What several operations share.

/** Mudpuppy and libolm have the same API, so mostly the same code measures both. */
export const both = (subject) => ({ mudpuppy: subject, libolm: subject });

const letters = "The quick brown fox jumps over the lazy dog. ";

/** A text of n bytes. */
export const text = (n) => letters.repeat(Math.ceil(n / letters.length)).slice(0, n);

export const bytes = (n) => new TextEncoder().encode(text(n));

/** 64 as "64 B", 32768 as "32 KiB". */
export const size = (n) => (n < 1024 ? `${n} B` : `${n / 1024} KiB`);

/** 64 as "64", 32768 as "32k", for ids. */
export const sizeId = (n) => (n < 1024 ? `${n}` : `${n / 1024}k`);

/** A check that the result is what it should be. */
export const equals = (expected) => (result) => {
  if (result !== expected) throw new Error("wrong result");
};

/** A check that the result is of some length, for results with randomness in them. */
export const hasLength = (length) => (result) => {
  if (result.length !== length) throw new Error(`wrong result, of length ${result.length}`);
};
