// What Olm, Megolm and our pickles make of a secret, computed again from the
// specifications: so that tests know what to look for.
import { createDecipheriv, createHash, createHmac, createPrivateKey, createPublicKey, diffieHellman, hkdfSync } from "node:crypto";

export const hmac = (key, ...data) => data.reduce((h, d) => h.update(Buffer.from(d)), createHmac("sha256", key)).digest();
export const hkdf = (key, salt, info, length) => Buffer.from(hkdfSync("sha256", key, salt, info, length));

/** The keys of one message, of a pickle for libolm, or of one of ours. */
export function cipherKeys(key, info) {
  const derived = hkdf(key, "", info, info === SEAL ? 64 : 80);
  return { aes: derived.subarray(0, 32), mac: derived.subarray(32, 64), iv: derived.subarray(64) };
}
export const SEAL = "mudpuppy seal v1";

export function clamp(key) {
  const scalar = Buffer.from(key);
  scalar[0] &= 248;
  scalar[31] = (scalar[31] & 127) | 64;
  return scalar;
}

/** The scalar and the prefix of RFC 8032, of a seed. */
export function expandSeed(seed) {
  const expanded = createHash("sha512").update(seed).digest();
  return Buffer.concat([clamp(expanded.subarray(0, 32)), expanded.subarray(32)]);
}

export function x25519(privateKey, publicKey) {
  const der = (prefix, key) => Buffer.concat([Buffer.from(prefix, "hex"), key]);
  const own = createPrivateKey({ key: der("302e020100300506032b656e04220420", privateKey), format: "der", type: "pkcs8" });
  const their = createPublicKey({ key: der("302a300506032b656e032100", publicKey), format: "der", type: "spki" });
  return diffieHellman({ privateKey: own, publicKey: their });
}

/** What one of our pickles holds, unencrypted. */
export function openPickle(pickle, key) {
  const sealed = Buffer.from(pickle).subarray(1, -32);
  const decipher = createDecipheriv("aes-256-ctr", cipherKeys(key, SEAL).aes, sealed.subarray(0, 16));
  return Buffer.concat([decipher.update(sealed.subarray(16)), decipher.final()]);
}

/** The secrets of an Olm session, out of its opened pickle. */
export function sessionSecrets(content) {
  let at = 3 + 3 * 32;
  const take = (n) => content.subarray(at, (at += n));
  const number = () => take(4).readUInt32BE();
  const secrets = { root: take(32), chains: [], skipped: [] };
  if (take(1)[0]) {
    take(32); // the public ratchet key
    secrets.ratchetKey = take(32);
    secrets.chains.push(take(32));
    number();
  }
  for (let n = number(); n > 0; n--) {
    take(32);
    secrets.chains.push(take(32));
    number();
  }
  for (let n = number(); n > 0; n--) {
    take(32);
    secrets.skipped.push(take(32));
    number();
  }
  if (at !== content.length) throw new Error("this is not what the pickle of a session holds");
  return secrets;
}

const K = Uint32Array.from({ length: 64 }, (_, i) => fraction(prime(i), 1 / 3));
const START = Uint32Array.from({ length: 8 }, (_, i) => fraction(prime(i), 1 / 2));

function prime(n) {
  for (let p = 2; ; p++) if (Array.from({ length: p - 2 }, (_, i) => p % (i + 2)).every(Boolean) && n-- === 0) return p;
}

function fraction(n, power) {
  const root = n ** power;
  return Math.floor((root - Math.floor(root)) * 2 ** 32);
}

/** The state of SHA-256 after its first block, as Go keeps it. */
function compressed(block) {
  const turn = (x, n) => (x >>> n) | (x << (32 - n));
  const w = new Uint32Array(64);
  for (let i = 0; i < 16; i++) w[i] = block.readUInt32BE(4 * i);
  for (let i = 16; i < 64; i++) {
    const [x, y] = [w[i - 15], w[i - 2]];
    w[i] = w[i - 16] + w[i - 7] + (turn(x, 7) ^ turn(x, 18) ^ (x >>> 3)) + (turn(y, 17) ^ turn(y, 19) ^ (y >>> 10));
  }
  let [a, b, c, d, e, f, g, h] = START;
  for (let i = 0; i < 64; i++) {
    const t = h + (turn(e, 6) ^ turn(e, 11) ^ turn(e, 25)) + ((e & f) ^ (~e & g)) + K[i] + w[i];
    const u = (turn(a, 2) ^ turn(a, 13) ^ turn(a, 22)) + ((a & b) ^ (a & c) ^ (b & c));
    [a, b, c, d, e, f, g, h] = [(t + u) | 0, a, b, c, (d + t) | 0, e, f, g];
  }
  return Buffer.from(Uint32Array.from([a, b, c, d, e, f, g, h], (x, i) => x + START[i]).buffer);
}

/** The two states that HMAC-SHA-256 begins with under a key, worth as much as the key. */
export function midstates(key) {
  const padded = (byte) => Buffer.alloc(64, byte).map((x, i) => x ^ (key[i] ?? 0));
  return { inner: compressed(Buffer.from(padded(0x36))), outer: compressed(Buffer.from(padded(0x5c))) };
}

/** The 15 round keys of AES-256, one after the other. */
export function roundKeys(key) {
  const words = Array.from({ length: 8 }, (_, i) => key.subarray(4 * i, 4 * i + 4));
  let constant = 1;
  for (let i = 8; i < 60; i++) {
    let word = Buffer.from(words[i - 1]);
    if (i % 8 === 0) {
      word = Buffer.from([1, 2, 3, 0].map((j) => sbox(word[j])));
      word[0] ^= constant;
      constant <<= 1;
    } else if (i % 8 === 4) {
      word = Buffer.from(word.map(sbox));
    }
    words.push(Buffer.from(word.map((x, j) => x ^ words[i - 8][j])));
  }
  return Buffer.concat(words);
}

function sbox(x) {
  const times = (a, b) => {
    let product = 0;
    for (; b > 0; b >>= 1, a = (a << 1) ^ (a & 0x80 ? 0x11b : 0)) if (b & 1) product ^= a;
    return product;
  };
  let inverse = 1;
  for (let i = 0; i < 254; i++) inverse = times(inverse, x);
  return [0, 1, 2, 3, 4].reduce((sum, n) => sum ^ ((inverse << n) | (inverse >> (8 - n))), 0x63) & 0xff;
}
