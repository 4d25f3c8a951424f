// libolm reads any text as base64 of something, unless its length is
// impossible. Mudpuppy reads only what is canonical; this is for finding the
// error that libolm comes to.
import { olmError } from "./errors.js";

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

export function checkLength(text: string, cause?: unknown): void {
  if (text.length % 4 === 1) throw olmError("INVALID_BASE64", cause);
}

/** The bytes that libolm reads from a text of a possible length. */
export function bytesRead(text: string): Uint8Array {
  const bytes = new Uint8Array(Math.floor((text.length * 3) / 4));
  for (let i = 0; i < text.length; i += 4) {
    let value = 0;
    for (let k = i; k < i + 4; k++) {
      const sextet = k < text.length ? ALPHABET.indexOf(String.fromCharCode(text.charCodeAt(k) & 0x7f)) : 0;
      value = (value << 6) | (sextet & 0xff); // of a stranger eight bits, which spill over
    }
    bytes.set([value >> 16, value >> 8, value].slice(0, bytes.length - (i / 4) * 3), (i / 4) * 3);
  }
  return bytes;
}
