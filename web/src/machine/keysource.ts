// Where room keys are imported from, whatever it is: a file, in pieces, or a list.
import { refuse } from "../bridge/arguments.js";
import { MudpuppyError } from "../bridge/errors.js";

/** A room key as it stands in an export that is not encrypted. */
export interface ExportedSessionData {
  /** `m.megolm.v1.aes-sha2`. */
  algorithm: string;
  /** The room that the session is for. */
  room_id: string;
  /** The Curve25519 key of the device that made the session. */
  sender_key: string;
  /** The id of the session. */
  session_id: string;
  /** The key. */
  session_key: string;
  /** The Ed25519 key that the device claims. */
  sender_claimed_keys: Record<string, string>;
  /** Through whose hands the key went. */
  forwarding_curve25519_key_chain?: string[];
  /** All else that others write. */
  [name: string]: unknown;
}

/** What room keys can be imported from. */
export type RoomKeySource = string | Blob | Uint8Array | ReadableStream<Uint8Array> | Iterable<ExportedSessionData>;

/** A file that can be read again and again, and knows how long it is. */
export interface File {
  readonly size: number;
  read(from: number, to: number): Promise<Uint8Array>;
}

/** The longest file that a stream is gathered to: some 800,000 keys. */
export const MAX_STREAM = 1 << 30;

/** Returns the file that a source is, or undefined for a list. */
export async function openFile(source: unknown, signal: AbortSignal | undefined): Promise<File | undefined> {
  if (typeof source === "string") return inText(source);
  if (ArrayBuffer.isView(source)) return inMemory(look(() => new Uint8Array(source.buffer, source.byteOffset, source.byteLength)));
  if (look(() => isStream(source))) return inBlob(await gather(source as ReadableStream, signal));
  if (look(() => isBlob(source))) return inBlob(source as Blob);
  return undefined;
}

/** How many items a list has, if it tells. */
export function lengthOf(list: unknown): number | undefined {
  const size = look(() => (list as { length?: unknown } | null | undefined)?.length);
  return Number.isSafeInteger(size) ? (size as number) : undefined;
}

/** Looks at a source, which may be anything. */
function look<T>(at: () => T): T {
  try {
    return at();
  } catch (cause) {
    throw refuse("source", "an object that can be read", cause);
  }
}

// They may be of another realm.
const isBlob = (value: unknown): value is Blob => typeof (value as Blob | undefined)?.slice === "function" && typeof (value as Blob).arrayBuffer === "function";
const isStream = (value: unknown): value is ReadableStream => typeof (value as ReadableStream | undefined)?.getReader === "function";

/** A text, of which the size is that in characters: to encode a long one as a whole takes too long. */
function inText(text: string): File {
  const encoder = new TextEncoder();
  const whole = (at: number) => (/[\udc00-\udfff]/.test(text.charAt(at)) ? at + 1 : at); // no pair is cut
  return { size: text.length, read: async (from, to) => encoder.encode(text.slice(from && whole(from), whole(to))) };
}

const inMemory = (bytes: Uint8Array): File => ({
  size: bytes.length,
  read: async (from, to) => bytes.subarray(from, to),
});

const inBlob = (blob: Blob): File => ({
  size: blob.size,
  async read(from, to) {
    try {
      return new Uint8Array(await blob.slice(from, to).arrayBuffer());
    } catch (cause) {
      throw refuse("source", "a file that can be read", cause);
    }
  },
});

/** How much of a stream is held at a time before the platform is given it to keep. */
const PART = 4 << 20;

/** Gathers a stream, which is to be read twice. */
async function gather(stream: ReadableStream<Uint8Array>, signal: AbortSignal | undefined): Promise<Blob> {
  const reader = stream.getReader();
  const blobs: Blob[] = [];
  let parts: Uint8Array<ArrayBuffer>[] = [];
  let [size, held] = [0, 0];
  const give = () => {
    if (parts.length > 0) blobs.push(new Blob(parts));
    [parts, held] = [[], 0];
  };
  try {
    for (;;) {
      checkAborted(signal);
      const { done, value } = await reader.read();
      if (done) break;
      if (!ArrayBuffer.isView(value)) throw refuse("source", "a stream of Uint8Arrays");
      if ((size += value.byteLength) > MAX_STREAM) throw new MudpuppyError("ERR_SIZE", `the stream is too long, of at most ${MAX_STREAM} bytes`);
      parts.push(value as Uint8Array<ArrayBuffer>);
      if ((held += value.byteLength) >= PART) give();
    }
  } catch (error) {
    reader.cancel(error).catch(() => {}); // nobody waits for it
    if (error instanceof MudpuppyError) throw error;
    throw refuse("source", "a stream that can be read", error);
  }
  give();
  return new Blob(blobs);
}

export function checkAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw new MudpuppyError("ERR_ABORTED", "the call was aborted", signal.reason);
}

/** How many bytes of sessions are read from a list at a time, about. */
const BATCH = 128 << 10;

/** Makes pieces of a JSON array of what is in a list. What JSON cannot say becomes null, which is no session. */
export function* piecesOfList(list: unknown): Generator<{ text: string; last: boolean }> {
  let text = "[";
  let isFirst = true;
  for (const item of iterate(list)) {
    text += (isFirst ? "" : ",") + textOf(item);
    isFirst = false;
    if (text.length < BATCH) continue;
    yield { text, last: false };
    text = "";
  }
  yield { text: text + "]", last: true };
}

function* iterate(list: unknown): Generator<unknown> {
  try {
    yield* list as Iterable<unknown>;
  } catch (cause) {
    throw refuse("source", "a string, a Blob, a Uint8Array, a ReadableStream, or a list of sessions", cause);
  }
}

function textOf(item: unknown): string {
  try {
    return JSON.stringify(item) ?? "null";
  } catch {
    return "null";
  }
}
