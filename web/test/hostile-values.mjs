// Values that a caller may pass, good and bad, for tests that pass anything to
// anything. They are repeatable: the seed is printed, and MUDPUPPY_SEED sets it.
export const seed = Number(process.env.MUDPUPPY_SEED || Date.now() % 2 ** 32) >>> 0;
export const count = Number(process.env.MUDPUPPY_COUNT || 50) * 100;

let state = seed;
export function random(n) {
  state = (state + 0x6d2b79f5) | 0;
  let x = Math.imul(state ^ (state >>> 15), state | 1);
  x ^= x + Math.imul(x ^ (x >>> 7), x | 61);
  return ((x ^ (x >>> 14)) >>> 0) % n;
}
export const one = (list) => list[random(list.length)];

export const thrower = () => {
  throw new Error("a getter threw");
};
const throwing = (...names) => Object.defineProperties({}, Object.fromEntries(names.map((name) => [name, { get: thrower, enumerable: true }])));
const fields = ["type", "body", "ciphertext", "mac", "ephemeral", "length", "toString", "valueOf", Symbol.toPrimitive, Symbol.toStringTag];

function detached() {
  const array = new Uint8Array(32);
  structuredClone(array.buffer, { transfer: [array.buffer] });
  return array;
}

function outOfBounds() {
  const buffer = new ArrayBuffer(64, { maxByteLength: 64 });
  const array = new Uint8Array(buffer, 16, 32);
  if (buffer.resize) buffer.resize(8);
  return array;
}

function revoked() {
  const { proxy, revoke } = Proxy.revocable(new Uint8Array(32), {});
  revoke();
  return proxy;
}

class Liar extends Uint8Array {
  get length() { return 1e9; }
  get byteLength() { return thrower(); }
  get buffer() { return thrower(); }
  slice() { return thrower(); }
  [Symbol.iterator]() { return thrower(); }
}

export const shared = (n) => new Uint8Array(new SharedArrayBuffer(n));
export const text32 = "A".repeat(43);

/** Makes values that a caller may pass, good and bad. Those that a call can spoil are made anew. */
export const anything = [
  () => undefined, () => null, () => true, () => 1n, () => Symbol("x"), () => () => {}, () => NaN, () => -1, () => 0.5, () => Infinity,
  () => 0, () => 1, () => 6, () => 2 ** 31, () => 2 ** 32 - 1, () => 2 ** 32,
  () => "", () => "x", () => text32, () => "hkdf-hmac-sha256.v2", () => "\ud800", () => "a\udfff", () => "\ufeff\u0000é🐟", () => "=".repeat(70_000),
  () => Object("boxed"), () => Object(1), () => new Date(NaN), () => [], () => [1, 2, 3], () => /x/, () => new Map(), () => globalThis,
  () => new Uint8Array(), () => new Uint8Array(31), () => new Uint8Array(32), () => new Uint8Array(300), () => new Uint8Array(70_000),
  () => new Uint16Array(16), () => new Uint8ClampedArray(32), () => new ArrayBuffer(32), () => new DataView(new ArrayBuffer(32)), () => Buffer.alloc(32),
  detached, outOfBounds, () => shared(32), () => shared(33), () => new Liar(32), () => Object.create(new Uint8Array(32)),
  () => Object.setPrototypeOf(new Uint8Array(32), null), () => new Proxy(new Uint8Array(32), {}), revoked,
  () => Object.setPrototypeOf(new Uint8Array(32), new Proxy({}, { getPrototypeOf: thrower, get: thrower })),
  () => throwing(...fields), () => new Proxy({}, { get: thrower, has: thrower, getPrototypeOf: thrower, ownKeys: thrower }),
  () => ({ type: 0, body: text32 }), () => ({ type: 1, body: "" }), () => ({ type: 0 }), () => ({ type: "0", body: 0 }),
  () => ({ ciphertext: "", mac: "", ephemeral: text32 }), () => ({ ciphertext: text32, mac: "A".repeat(11), ephemeral: text32 }),
];
