// What several operations share.

/** Mudpuppy and libolm have the same API, so mostly the same code measures both. */
export const both = (subject) => ({ mudpuppy: subject, libolm: subject });

const letters = "The quick brown fox jumps over the lazy dog. ";

/** A text of n bytes. */
export const text = (n) => letters.repeat(Math.ceil(n / letters.length)).slice(0, n);

export const bytes = (n) => new TextEncoder().encode(text(n));

const units = [[1 << 20, " MiB", "m"], [1 << 10, " KiB", "k"], [1, " B", ""]];
const unitOf = (n) => units.find(([factor]) => n >= factor);

/** 64 as "64 B", 32768 as "32 KiB". */
export const size = (n) => n / unitOf(n)[0] + unitOf(n)[1];

/** 64 as "64", 32768 as "32k", for ids. */
export const sizeId = (n) => n / unitOf(n)[0] + unitOf(n)[2];

/** A check that the result is what it should be. */
export const equals = (expected) => (result) => {
  if (result !== expected) throw new Error("wrong result");
};

/** A check that the result is of some length, for results with randomness in them. */
export const hasLength = (length) => (result) => {
  if (result.length !== length) throw new Error(`wrong result, of length ${result.length}`);
};
