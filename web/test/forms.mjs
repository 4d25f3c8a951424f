// The forms in which a secret may stand in memory, and a search for all of them
// at once.
import { clamp, cipherKeys, expandSeed, midstates, roundKeys } from "./derive.mjs";

const PIECE = 16; // bytes: half a key is too much, too

/** The forms of any bytes. */
export function bytesForms(bytes) {
  const b = Buffer.from(bytes);
  const swapped = (n) => Buffer.concat(Array.from({ length: b.length / n }, (_, i) => Buffer.from(b.subarray(n * i, n * i + n)).reverse()));
  const forms = {
    raw: b,
    reversed: Buffer.from(b).reverse(),
    "words of 4 bytes, swapped": swapped(4),
    "words of 8 bytes, swapped": swapped(8),
    hex: Buffer.from(b.toString("hex")),
    "UTF-16": Buffer.from(b.toString("latin1"), "utf16le"),
  };
  for (const offset of [0, 1, 2]) {
    const text = b.subarray(offset).toString("base64url").replaceAll("-", "+").replaceAll("_", "/").slice(0, -3);
    forms[`base64 from byte ${offset}`] = Buffer.from(text);
    forms[`base64 from byte ${offset}, UTF-16`] = Buffer.from(text, "utf16le");
  }
  return forms;
}

/** The forms of a number of 32 bytes, as arithmetic on curves takes it. */
function numberForms(bytes) {
  const number = BigInt(`0x${Buffer.from(bytes).reverse().toString("hex")}`) & ((1n << 255n) - 1n);
  const limbs = (widths) => {
    let rest = number;
    return widths.map((width) => {
      const limb = rest & ((1n << width) - 1n);
      rest >>= width;
      return limb;
    });
  };
  const narrow = limbs([26n, 25n, 26n, 25n, 26n, 25n, 26n, 25n, 26n, 25n]);
  const wide = limbs([51n, 51n, 51n, 51n, 51n]);
  const digits = Buffer.from([...bytes].flatMap((byte) => [byte & 15, byte >> 4]));
  for (let i = 0; i < 63; i++) {
    const carry = digits[i] >= 8 && digits[i] < 128 ? 1 : 0;
    digits[i] -= 16 * carry;
    digits[i + 1] += carry;
  }
  return {
    "limbs of 25.5 bits": Buffer.from(Uint32Array.from(narrow, Number).buffer),
    "limbs of 25.5 bits, in 8 bytes": Buffer.from(BigUint64Array.from(narrow).buffer),
    "limbs of 51 bits": Buffer.from(BigUint64Array.from(wide).buffer),
    "digits of 4 bits": digits,
  };
}

const prefixed = (name, forms) => Object.entries(forms).map(([form, bytes]) => [`${name}, ${form}`, bytes]);

/** The forms of a private key of Curve25519. */
export function curveKeyForms(key) {
  const clamped = clamp(key);
  return Object.fromEntries([
    ...Object.entries(bytesForms(key)),
    ...prefixed("clamped", { ...bytesForms(clamped), ...numberForms(clamped) }),
  ]);
}

/** The forms of an expanded key of Ed25519. */
export function signingKeyForms(expanded) {
  return { ...bytesForms(expanded), ...Object.fromEntries(prefixed("scalar", numberForms(expanded.subarray(0, 32)))) };
}

/** The forms of the seed of a key of Ed25519. */
export function seedForms(seed) {
  return { ...bytesForms(seed), ...Object.fromEntries(prefixed("expanded", signingKeyForms(expandSeed(seed)))) };
}

/** The forms of a key from which, with an info, keys of AES and HMAC are derived. */
export function cipherForms(key, info) {
  const { aes, mac, iv } = cipherKeys(key, info);
  const { inner, outer } = midstates(mac);
  return Object.fromEntries([
    ...Object.entries(bytesForms(key)),
    ...prefixed("AES key", bytesForms(aes)),
    ...prefixed("round keys", { ...bytesForms(roundKeys(aes).subarray(32)), bitsliced: bitsliced(roundKeys(aes)) }),
    ...prefixed("MAC key", bytesForms(mac)),
    ...prefixed("MAC's inner state", bytesForms(inner)),
    ...prefixed("MAC's outer state", bytesForms(outer)),
    ...(iv.length > 0 ? prefixed("IV", { raw: iv }) : []),
  ]);
}

/** The round keys as the portable code for AES keeps them: see schedule.go and bitslice.go in internal/aes. */
function bitsliced(keys) {
  const words = new BigUint64Array(15 * 8);
  for (let bit = 0; bit < 8; bit++) {
    for (let round = 0; round < 15; round++) {
      for (let row = 0; row < 4; row++) {
        for (let column = 0; column < 4; column++) {
          const byte = keys[16 * round + 4 * ((column - row * round) & 3) + row] ^ (round > 0 ? 0x63 : 0);
          if ((byte >> bit) & 1) words[8 * round + bit] |= 15n << BigInt(16 * row + 4 * column);
        }
      }
    }
  }
  return Buffer.from(words.buffer);
}

/**
 * Finds the pieces of secrets in memory, in one pass.
 *
 * @param {Record<string, Record<string, Uint8Array>>} secrets their forms, by name
 * @returns {string[]} what was found
 */
export function find(memory, secrets) {
  const view = Buffer.from(memory.buffer, memory.byteOffset, memory.byteLength);
  const begins = new Uint8Array(1 << 24);
  const pieces = new Map();
  for (const [name, forms] of Object.entries(secrets)) {
    for (const [form, bytes] of Object.entries(forms)) {
      for (let i = 0; i + PIECE <= bytes.length; i += PIECE) {
        const piece = Buffer.from(bytes.subarray(i, i + PIECE));
        begins[piece.readUIntLE(0, 3)] = 1;
        const key = piece.readUInt32LE(0);
        pieces.set(key, [...(pieces.get(key) ?? []), { piece, name: `${name}: ${form}` }]);
      }
    }
  }
  const found = new Set();
  for (let i = 0; i + PIECE <= memory.length; i++) {
    if (!begins[memory[i] | (memory[i + 1] << 8) | (memory[i + 2] << 16)]) continue;
    for (const { piece, name } of pieces.get(view.readUInt32LE(i)) ?? []) {
      if (view.compare(piece, 0, PIECE, i, i + PIECE) === 0) found.add(name);
    }
  }
  return [...found];
}
