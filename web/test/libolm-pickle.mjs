// The encryption of libolm's pickles, to make some that libolm never writes.
import { createCipheriv, createDecipheriv, createHmac, hkdfSync } from "node:crypto";

const MAC_LENGTH = 8;

export const base64 = (bytes) => Buffer.from(bytes).toString("base64").replaceAll("=", "");

function keysOf(key) {
  const keys = Buffer.from(hkdfSync("sha256", key, "", "Pickle", 80));
  return { aes: keys.subarray(0, 32), mac: keys.subarray(32, 64), iv: keys.subarray(64) };
}

/** What a pickle holds. */
export function openPickle(pickle, key) {
  const { aes, iv } = keysOf(key);
  const decipher = createDecipheriv("aes-256-cbc", aes, iv);
  const sealed = Buffer.from(pickle, "base64");
  return Buffer.concat([decipher.update(sealed.subarray(0, -MAC_LENGTH)), decipher.final()]);
}

export function sealPickle(content, key) {
  const { aes, mac, iv } = keysOf(key);
  const cipher = createCipheriv("aes-256-cbc", aes, iv);
  const ciphertext = Buffer.concat([cipher.update(content), cipher.final()]);
  const sum = createHmac("sha256", mac).update(ciphertext).digest().subarray(0, MAC_LENGTH);
  return base64(Buffer.concat([ciphertext, sum]));
}

/** A pickle with its content changed. */
export const alterPickle = (pickle, key, change) => sealPickle(change(openPickle(pickle, key)), key);
