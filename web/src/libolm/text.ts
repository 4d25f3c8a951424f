// Arguments and results as the JavaScript around libolm treats them, which
// Emscripten made: what is no string counts as an empty one, unless it has a
// length.

const withoutMark = new TextDecoder();
const withMark = new TextDecoder("utf-8", { ignoreBOM: true });

/** A text argument. */
export function textOf(value: unknown): string {
  if (typeof value === "string") return wellFormed(value);
  if (value instanceof String) return wellFormed(String(value));
  if ((value as { length: number }).length > 0) throw new TypeError("the argument must be a string");
  return "";
}

/** An argument that may be bytes as well. */
export function dataOf(value: unknown): string | Uint8Array {
  return value instanceof Uint8Array ? value : textOf(value);
}

/** An argument in base64, which may be the bytes of that text as well. */
export function base64Of(value: unknown): string {
  if (!(value instanceof Uint8Array)) return textOf(value);
  let text = "";
  for (const byte of value) text += String.fromCharCode(byte);
  return text;
}

/** A surrogate is taken together with whatever follows it. */
function wellFormed(text: string): string {
  return text.replace(/[\ud800-\udfff][^]?/g, (pair) =>
    String.fromCodePoint((0x10000 + ((pair.charCodeAt(0) & 0x3ff) << 10)) | (pair.charCodeAt(1) & 0x3ff)),
  );
}

/** Makes a call, and overwrites an argument of it that is bytes. The original does that to the array of its caller. */
export function wiping<T>(value: unknown, call: () => T): T {
  try {
    return call();
  } finally {
    if (value instanceof Uint8Array) value.fill(0);
  }
}

/**
 * The text of a decrypted message, which is overwritten. As in the original it
 * ends before the first NUL, and loses a byte order mark if it is longer than
 * 16 bytes.
 */
export function takeText(plaintext: Uint8Array): string {
  const end = plaintext.indexOf(0);
  const bytes = end < 0 ? plaintext : plaintext.subarray(0, end);
  const text = (bytes.length > 16 ? withoutMark : withMark).decode(bytes);
  plaintext.fill(0);
  return text;
}
