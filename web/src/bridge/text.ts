// Between strings and UTF-8 in Go's memory.
//
// In browsers TextEncoder and TextDecoder cost some 200 ns however short the
// text is, which is more than all the rest of a call. So there short texts of
// ASCII, as keys are, are converted here. In Node and its like the two are fast.

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** Up to which length converting here is faster than asking the browser. */
const ENCODED = 256;
const DECODED = 128;

let longestEncoded = 0;
let longestDecoded = 0;

/** Says that this is a browser. */
export function convertShortTexts(): void {
  longestEncoded = ENCODED;
  longestDecoded = DECODED;
}

/** Writes a text into memory, where there is room for it, and returns how many bytes it took. */
export function encode(text: string, memory: Uint8Array, start: number, room: number): number {
  if (text.length <= longestEncoded && encodeASCII(text, memory, start)) return text.length;
  return encoder.encodeInto(text, memory.subarray(start, start + room)).written;
}

/** Returns whether the text was ASCII. If it was not, what was written is no longer than what must take its place. */
function encodeASCII(text: string, memory: Uint8Array, start: number): boolean {
  const { length } = text;
  let all = 0;
  let i = 0;
  for (; i + 4 <= length; i += 4) {
    const a = text.charCodeAt(i), b = text.charCodeAt(i + 1), c = text.charCodeAt(i + 2), d = text.charCodeAt(i + 3);
    all |= a | b | c | d;
    memory[start + i] = a;
    memory[start + i + 1] = b;
    memory[start + i + 2] = c;
    memory[start + i + 3] = d;
  }
  for (; i < length; i++) {
    const character = text.charCodeAt(i);
    all |= character;
    memory[start + i] = character;
  }
  return all < 0x80;
}

/** Returns the text that stands in memory. */
export function decode(memory: Uint8Array, start: number, length: number): string {
  const text = length <= longestDecoded ? decodeASCII(memory, start, start + length) : undefined;
  return text ?? decoder.decode(memory.subarray(start, start + length));
}

/** Returns the text if it is ASCII. */
function decodeASCII(memory: Uint8Array, start: number, end: number): string | undefined {
  let text = "";
  let all = 0;
  let i = start;
  // Many at once, because one by one takes thrice as long.
  for (; i + 16 <= end; i += 16) {
    const a = memory[i]!, b = memory[i + 1]!, c = memory[i + 2]!, d = memory[i + 3]!;
    const e = memory[i + 4]!, f = memory[i + 5]!, g = memory[i + 6]!, h = memory[i + 7]!;
    const j = memory[i + 8]!, k = memory[i + 9]!, l = memory[i + 10]!, m = memory[i + 11]!;
    const n = memory[i + 12]!, o = memory[i + 13]!, p = memory[i + 14]!, q = memory[i + 15]!;
    all |= a | b | c | d | e | f | g | h | j | k | l | m | n | o | p | q;
    text += String.fromCharCode(a, b, c, d, e, f, g, h, j, k, l, m, n, o, p, q);
  }
  for (; i + 4 <= end; i += 4) {
    const a = memory[i]!, b = memory[i + 1]!, c = memory[i + 2]!, d = memory[i + 3]!;
    all |= a | b | c | d;
    text += String.fromCharCode(a, b, c, d);
  }
  for (; i < end; i++) {
    all |= memory[i]!;
    text += String.fromCharCode(memory[i]!);
  }
  return all < 0x80 ? text : undefined;
}
