// Between strings and UTF-8 in Go's memory.
//
// In browsers TextEncoder and TextDecoder cost some 200 ns however short the
// text is, which is more than all the rest of a call. So there short texts of
// ASCII, as keys are, are converted here. In Node and its like the two are fast.

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** Up to which length converting here is faster than asking the browser. */
const ENCODED = 128;
const DECODED = 48;

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
  let all = 0;
  for (let i = 0; i < text.length; i++) {
    const character = text.charCodeAt(i);
    all |= character;
    memory[start + i] = character;
  }
  return all < 0x80;
}

/** Returns the text that stands in memory. */
export function decode(memory: Uint8Array, start: number, length: number): string {
  if (length <= longestDecoded && isASCII(memory, start, length)) return decodeASCII(memory, start, length);
  return decoder.decode(memory.subarray(start, start + length));
}

function decodeASCII(memory: Uint8Array, start: number, length: number): string {
  const end = start + length;
  let text = "";
  let i = start;
  for (; i + 8 <= end; i += 8) {
    text += String.fromCharCode(
      memory[i]!, memory[i + 1]!, memory[i + 2]!, memory[i + 3]!, // eight at once: one by one takes thrice as long
      memory[i + 4]!, memory[i + 5]!, memory[i + 6]!, memory[i + 7]!,
    );
  }
  for (; i < end; i++) text += String.fromCharCode(memory[i]!);
  return text;
}

function isASCII(memory: Uint8Array, start: number, length: number): boolean {
  let all = 0;
  for (let i = start; i < start + length; i++) all |= memory[i] as number;
  return all < 0x80;
}
