// Checking and copying the arguments of a call.
//
// Only fieldsOf may run code of the caller (getters, proxies), and so comes
// before all else: such code could call Mudpuppy, or free what is in use. The
// checks ask nothing of a value that it could answer by itself. They return
// the greatest size that the argument can have in memory, and only after all
// of them is anything copied.
import { MudpuppyError } from "./errors.js";
import { advance, discard, maxArgument, memory, position, room } from "./instance.js";
import { encode } from "./text.js";

// The getters that typed arrays inherit. What an object defines itself under
// these names does not count.
const typedArray = Object.getPrototypeOf(Uint8Array.prototype) as object;
const getter = (name: string | symbol) =>
  Object.getOwnPropertyDescriptor(typedArray, name)?.get as (this: unknown) => unknown;
const tagOf = getter(Symbol.toStringTag);
export const lengthOf = getter("byteLength");
export const bufferOf = getter("buffer");
export const offsetOf = getter("byteOffset");
const { indexOf } = Uint8Array.prototype;
const surrogate = /\p{Surrogate}/u;

export function refuse(label: string, want: string, cause?: unknown): MudpuppyError {
  return new MudpuppyError("ERR_ARGUMENT", `${label} must be ${want}`, cause);
}

function checkSize(label: string, length: number): void {
  if (length > maxArgument) {
    throw new MudpuppyError("ERR_SIZE", `${label} is too long: ${length}, of at most ${maxArgument}`);
  }
}

/** Reads fields of an argument that is an object, whatever it may be. */
export function fieldsOf(label: string, value: unknown, ...names: string[]): unknown[] {
  if (typeof value !== "object" || value === null) throw refuse(label, "an object");
  try {
    return names.map((name) => (value as Record<string, unknown>)[name]);
  } catch (cause) {
    throw refuse(label, "an object that can be read", cause);
  }
}

export function checkText(label: string, value: unknown): number {
  if (typeof value !== "string") throw refuse(label, "a string");
  checkSize(label, value.length);
  if (value.isWellFormed ? !value.isWellFormed() : surrogate.test(value)) {
    throw refuse(label, "a string without lone surrogates");
  }
  return 3 * value.length;
}

export function checkBytes(label: string, value: unknown): number {
  const length = checkUint8Array(label, value);
  checkSize(label, length);
  return length;
}

/** checkBytes for what may be of any length, because it is taken in pieces. */
export function checkUint8Array(label: string, value: unknown): number {
  if (tagOf.call(value) !== "Uint8Array") throw refuse(label, "a Uint8Array");
  const length = lengthOf.call(value) as number;
  if (length === 0) {
    try {
      indexOf.call(value as Uint8Array, 0); // throws if the buffer is detached
    } catch (cause) {
      throw refuse(label, "a Uint8Array with its memory, not a detached one", cause);
    }
  }
  return length;
}

export function checkArray32(label: string, value: unknown): number {
  if (checkBytes(label, value) !== 32) throw refuse(label, "a Uint8Array of 32 bytes");
  return 32;
}

export function checkData(label: string, value: unknown): number {
  if (typeof value === "string") return checkText(label, value);
  if (tagOf.call(value) !== "Uint8Array") throw refuse(label, "a string or a Uint8Array");
  return checkBytes(label, value);
}

export function checkUint32(label: string, value: unknown): number {
  if (typeof value !== "number" || value >>> 0 !== value) throw refuse(label, "an integer from 0 to 2^32-1");
  return value;
}

export function putText(value: unknown): number {
  const written = encode(value as string, memory, position, room());
  advance(written);
  return written;
}

export function putBytes(value: unknown): number {
  const length = lengthOf.call(value) as number;
  // Memory that is shared may grow at any time: since it was checked, and also
  // while it is copied, unless by a view that does not follow.
  if (length > room()) {
    discard();
    throw refuse("a Uint8Array", "one that does not change meanwhile");
  }
  const bytes = new Uint8Array(bufferOf.call(value) as ArrayBuffer, offsetOf.call(value) as number, length);
  memory.set(bytes, position);
  advance(length);
  return length;
}

export function putData(value: unknown): number {
  return typeof value === "string" ? putText(value) : putBytes(value);
}
