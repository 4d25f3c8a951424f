// Where files come from: bytes, blobs and streams, all read in pieces.
//
// A caller's object may do anything when it is asked, but only what an array of bytes
// inherits is believed of its memory.
import { bufferOf, checkUint8Array, fieldsOf, lengthOf, offsetOf, refuse } from "../bridge/arguments.js";
import { MudpuppyError } from "../bridge/errors.js";
import type { Work } from "./work.js";

/** What is read to the end, once. */
export type AttachmentSource = Blob | Uint8Array | ArrayBuffer | ReadableStream<Uint8Array>;

export type Bytes = Uint8Array<ArrayBuffer>;

/** A source that is known for what it is. */
export interface Source {
  kind: "bytes" | "blob" | "stream";
  /** Unknown for a stream. */
  size: number | undefined;
  /** Reads pieces of a size, of which the last one may be shorter, but none is empty. */
  pieces(size: number): AsyncGenerator<Bytes, void>;
}

/** Finds out what a source is. Of objects only what is used is asked for: they may be of another realm. */
export function sourceOf(source: unknown, work: Work): Source {
  if (isArrayBuffer(source)) {
    try {
      return bytesSource(new Uint8Array(source));
    } catch (cause) {
      throw refuse("source", "an ArrayBuffer with its memory, not a detached one", cause);
    }
  }
  if (ArrayBuffer.isView(source)) {
    checkUint8Array("source", source);
    return bytesSource(source as Uint8Array);
  }
  const [size, slice, getReader] = fieldsOf("source", source, "size", "slice", "getReader");
  if (typeof getReader === "function") {
    return { kind: "stream", size: undefined, pieces: (n) => streamPieces(source as ReadableStream, n, work) };
  }
  if (Number.isSafeInteger(size) && (size as number) >= 0 && typeof slice === "function") {
    return blobSource(source as Blob, work, size as number);
  }
  throw refuse("source", "a Blob, a Uint8Array, an ArrayBuffer or a ReadableStream");
}

/** A source of bytes that are there already. */
export function bytesSource(bytes: Uint8Array): Source {
  const size = lengthOf.call(bytes) as number;
  return { kind: "bytes", size, pieces: (n) => bytesPieces(bytes, size, n) };
}

/** A source that is a blob, or is like one. */
export function blobSource(blob: Blob, work: Work, size = blob.size): Source {
  return { kind: "blob", size, pieces: (n) => blobPieces(blob, size, n, work) };
}

/** Takes the pieces of a file, and makes of them what the source was. */
export class Result {
  readonly #source: Source;
  readonly #parts: Blob[] = [];
  #bytes: Bytes | undefined;
  #length = 0;

  /** Bytes may be given a place, from where they were read already. */
  constructor(source: Source, place?: Bytes) {
    this.#source = source;
    this.#bytes = place;
  }

  /** Takes a piece. Nothing is copied as a whole in the end: that would take long, if it is long. */
  add(piece: Bytes): void {
    const { kind, size } = this.#source;
    if (kind !== "bytes") this.#parts.push(new Blob([piece]));
    else if (piece.length === size) this.#bytes = piece;
    else (this.#bytes ??= new Uint8Array(size!)).set(piece, this.#length);
    this.#length += piece.length;
  }

  get data(): Bytes | Blob {
    if (this.#source.kind === "bytes") return this.#bytes ?? new Uint8Array();
    return new Blob(this.#parts, { type: "application/octet-stream" });
  }
}

async function* bytesPieces(bytes: Uint8Array, size: number, n: number): AsyncGenerator<Bytes, void> {
  for (let from = 0; from < size; from += n) {
    if (lengthOf.call(bytes) !== size) throw refuse("source", "a Uint8Array that does not change meanwhile");
    yield partOf(bytes, from, Math.min(n, size - from));
  }
}

/** A part of an array, whatever the array was made to say itself. If its memory can be shared or resized, it is a copy. */
export function partOf(bytes: Uint8Array, from = 0, length = lengthOf.call(bytes) as number): Bytes {
  const buffer = bufferOf.call(bytes) as ArrayBuffer;
  const part = new Uint8Array(buffer, (offsetOf.call(bytes) as number) + from, length);
  return isArrayBuffer(buffer) && !isResizable?.call(buffer) ? part : new Uint8Array(part);
}

const getter = (name: string) =>
  Object.getOwnPropertyDescriptor(ArrayBuffer.prototype, name)?.get as ((this: unknown) => unknown) | undefined;
const byteLength = getter("byteLength")!;
const isResizable = getter("resizable");

/** Whether it is one, of any realm, and not one that is shared. */
function isArrayBuffer(value: unknown): value is ArrayBuffer {
  try {
    byteLength.call(value);
    return true;
  } catch {
    return false;
  }
}

async function* blobPieces(blob: Blob, size: number, n: number, work: Work): AsyncGenerator<Bytes, void> {
  for (let from = 0; from < size; from += n) {
    const to = Math.min(from + n, size);
    const buffer: unknown = await work.wait(tried(() => blob.slice(from, to).arrayBuffer()));
    if (!isArrayBuffer(buffer) || byteLength.call(buffer) !== to - from) throw unreadable("the blob is shorter than it says");
    yield new Uint8Array(buffer);
  }
}

async function* streamPieces(stream: ReadableStream<unknown>, n: number, work: Work): AsyncGenerator<Bytes, void> {
  const reader = await tried(async () => stream.getReader());
  let ended = false;
  try {
    let piece = new Uint8Array(n);
    let used = 0;
    for (;;) {
      const { done, value } = await work.wait(tried(async () => ({ ...(await reader.read()) })));
      if (done) break;
      checkUint8Array("a piece of the stream", value);
      for (let rest = partOf(value as Uint8Array); rest.length > 0; ) {
        const taken = rest.subarray(0, n - used);
        piece.set(taken, used);
        used += taken.length;
        rest = rest.subarray(taken.length);
        if (used < n) continue;
        yield piece;
        piece = new Uint8Array(n);
        used = 0;
      }
    }
    ended = true;
    if (used > 0) yield piece.subarray(0, used);
  } finally {
    if (!ended) tried(() => reader.cancel()).catch(() => {}); // nobody waits for what the other side says to that
  }
}

/** Does what may fail in any way. */
async function tried<T>(act: () => T | Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (cause) {
    throw unreadable(cause);
  }
}

function unreadable(cause: unknown): MudpuppyError {
  return new MudpuppyError("ERR_ATTACHMENT_SOURCE", "the source could not be read to its end", cause);
}
