// Messages as libolm reads them, which is less strictly than Mudpuppy does: to
// find the error that libolm comes to for what Mudpuppy takes for no message.
// Whatever libolm does read, it must find not authentic, or else it would be
// one of the differences on purpose.
import { bytesRead, checkLength } from "./base64.js";

const VERSION = 3;
const KEY_LENGTH = 32;
const MAC_LENGTH = 8;
const SIGNATURE_LENGTH = 64;

// The tags of the fields. Their low bits tell numbers (0) from bytes (2).
const OLM = { ratchetKey: 0x0a, counter: 0x10, ciphertext: 0x22 };
const PRE_KEY = { oneTimeKey: 0x0a, baseKey: 0x12, identityKey: 0x1a, message: 0x22 };
const MEGOLM = { index: 0x08, ciphertext: 0x12 };

interface Fields {
  version: number;
  numbers: Set<number>;
  bytes: Map<number, Uint8Array>;
}

/** Reads what stands before a trailer of some length. What is cut off ends it, without an error. */
function readFields(message: Uint8Array, trailer: number): Fields {
  const body = message.subarray(0, Math.max(0, message.length - trailer));
  const fields: Fields = { version: body[0] ?? 0, numbers: new Set(), bytes: new Map() };
  let at = 1;
  const varint = () => {
    const start = at;
    while (at < body.length && (body[at++] as number) & 0x80);
    return body.subarray(start, at).reduceRight((value, byte) => ((value << 7) | (byte & 0x7f)) >>> 0, 0);
  };
  while (at < body.length) {
    const tag = body[at] as number;
    varint();
    const number = (tag & 7) === 0 || (tag & 7) === 2 ? varint() : Infinity;
    if ((tag & 7) === 0) {
      fields.numbers.add(tag);
    } else if (number <= body.length - at) {
      fields.bytes.set(tag, body.subarray(at, at + number));
      at += number;
    } else {
      at = body.length;
    }
  }
  return fields;
}

const isKey = (bytes: Uint8Array | undefined) => bytes?.length === KEY_LENGTH;

function readText(text: string, trailer: number, cause: unknown): Fields {
  checkLength(text, cause);
  return readFields(bytesRead(text), trailer);
}

/** The error that libolm comes to when it decrypts a message, or that which is in a pre-key message. */
export function decryptionError(isPreKey: boolean, text: string, cause: unknown): string {
  let olm = readText(text, MAC_LENGTH, cause);
  if (isPreKey) {
    const message = readText(text, 0, cause).bytes.get(PRE_KEY.message);
    if (!message) return "BAD_MESSAGE_FORMAT";
    olm = readFields(message, MAC_LENGTH);
  }
  if (!olm.bytes.has(OLM.ciphertext)) return "BAD_MESSAGE_FORMAT";
  if (olm.version !== VERSION) return "BAD_MESSAGE_VERSION";
  const whole = olm.numbers.has(OLM.counter) && isKey(olm.bytes.get(OLM.ratchetKey));
  return whole ? "BAD_MESSAGE_MAC" : "BAD_MESSAGE_FORMAT";
}

/** The error that libolm comes to when it makes a session from a pre-key message. */
export function inboundError(text: string, cause: unknown): string {
  const { bytes } = readText(text, 0, cause);
  const keys = [PRE_KEY.oneTimeKey, PRE_KEY.baseKey, PRE_KEY.identityKey].every((tag) => isKey(bytes.get(tag)));
  const message = bytes.get(PRE_KEY.message);
  const whole = keys && message !== undefined && isKey(readFields(message, MAC_LENGTH).bytes.get(OLM.ratchetKey));
  return whole ? "BAD_MESSAGE_KEY_ID" : "BAD_MESSAGE_FORMAT";
}

/** The error that libolm comes to when it decrypts a message of a room. */
export function groupError(text: string, cause: unknown): string {
  const { version, numbers, bytes } = readText(text, MAC_LENGTH + SIGNATURE_LENGTH, cause);
  if (version !== VERSION) return "BAD_MESSAGE_VERSION";
  return numbers.has(MEGOLM.index) && bytes.has(MEGOLM.ciphertext) ? "BAD_SIGNATURE" : "BAD_MESSAGE_FORMAT";
}
