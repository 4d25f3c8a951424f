import { refuse, fieldsOf } from "../bridge/arguments.js";
import { MudpuppyError } from "../bridge/errors.js";
import type { Home } from "../bridge/home.js";
import { FileDecrypter } from "../machine/client.js";
import { canHash, hash, OWN_PIECE, PIECE, platformWith, WHOLE } from "./cipher.js";
import { type AttachmentSource, type Bytes, blobSource, bytesSource, Result, type Source, sourceOf } from "./source.js";
import { type AttachmentOptions, Work } from "./work.js";

/** How many bytes of a stream are held, unless `maxBytes` says otherwise: 100 MiB. */
export const maxStreamBytes = 100 << 20;

/** How a file is decrypted. */
export interface DecryptAttachmentOptions extends AttachmentOptions {
  /** The most that the file may have. Streams have a limit anyway: {@link maxStreamBytes}. */
  maxBytes?: number | undefined;
}

class Decrypter extends FileDecrypter {
  constructor(of: number | Home) {
    super(of);
  }
}

/**
 * Decrypts a file: `source` is what was downloaded, `file` what the message says of
 * it. Bytes come back as bytes, blobs and streams as a blob.
 *
 * The whole of it is verified before any of it is decrypted. So a stream is held until
 * it has ended, and is refused if it is too long for that. A blob of type
 * application/octet-stream comes back: what type the sender says it is, nobody has
 * verified, and a page that opens a blob of type text/html runs its scripts.
 *
 * It throws ERR_ATTACHMENT_HASH for what is not the file that was encrypted,
 * ERR_ATTACHMENT_FORMAT or ERR_ATTACHMENT_VERSION for a `file` that cannot be read,
 * ERR_ATTACHMENT_TOO_LARGE, ERR_ATTACHMENT_SOURCE or ERR_ABORTED.
 */
export function decryptAttachment(
  source: Uint8Array | ArrayBuffer,
  file: unknown,
  options?: DecryptAttachmentOptions,
): Promise<Uint8Array<ArrayBuffer>>;
export function decryptAttachment(
  source: Blob | ReadableStream<Uint8Array>,
  file: unknown,
  options?: DecryptAttachmentOptions,
): Promise<Blob>;
export async function decryptAttachment(
  source: AttachmentSource,
  file: unknown,
  options: DecryptAttachmentOptions = {},
): Promise<Uint8Array<ArrayBuffer> | Blob> {
  const work = new Work(options);
  const from = sourceOf(source, work);
  const limit = limitOf(options, from);
  work.check();
  const decrypter = new Decrypter(await work.program.decryptFile(file));
  try {
    return await decrypted(from.size === undefined ? await hold(from, limit, work) : from, decrypter, work);
  } finally {
    decrypter.free();
  }
}

/** The most that may be held of a source, which is refused if it says that it is longer. */
function limitOf(options: unknown, { size }: Source): number {
  const [given] = fieldsOf("the options", options, "maxBytes");
  if (given !== undefined && !(typeof given === "number" && given >= 0)) throw refuse("maxBytes", "a number of bytes");
  const limit = (given as number | undefined) ?? (size === undefined ? maxStreamBytes : Infinity);
  if (size !== undefined && size > limit) throw tooLarge(limit);
  return limit;
}

function tooLarge(limit: number): MudpuppyError {
  return new MudpuppyError("ERR_ATTACHMENT_TOO_LARGE", `the file has more than ${limit} bytes`);
}

/** Reads a stream to its end, as a source that can be read twice. */
async function hold(stream: Source, limit: number, work: Work): Promise<Source> {
  const result = new Result(stream);
  let length = 0;
  for await (const piece of stream.pieces(PIECE)) {
    length += piece.length;
    if (length > limit) throw tooLarge(limit);
    result.add(piece);
  }
  return blobSource(result.data as Blob, work);
}

/** Verifies what a source has, and then decrypts just that. */
async function decrypted(source: Source, decrypter: Decrypter, work: Work): Promise<Bytes | Blob> {
  const size = source.size!;
  const whole = canHash() && size <= WHOLE;
  // The caller can change bytes meanwhile, so it is a copy that is verified.
  let held = source.kind === "bytes" ? new Uint8Array(size) : undefined;
  let sum: Bytes | undefined;
  let done = 0;
  const tell = (length: number) => work.tell(Math.floor((done += length) / 2), size); // each byte twice
  for await (let piece of source.pieces(whole ? WHOLE : OWN_PIECE)) {
    if (held) {
      held.set(piece, done);
      piece = held.subarray(done, done + piece.length);
    }
    if (whole) sum = await hash((held = piece));
    else await work.each(piece, OWN_PIECE, (part) => decrypter._verify(part));
    work.check();
    tell(piece.length);
  }
  const platform = await platformWith(await decrypter._finish(sum));
  const result = new Result(source, held);
  for await (const piece of (held ? bytesSource(held) : source).pieces(platform ? (whole ? WHOLE : PIECE) : OWN_PIECE)) {
    result.add(platform ? await platform.crypt(piece) : ((await decrypter._decrypt(piece)) as Bytes));
    if (!platform) await work.pause();
    work.check();
    tell(piece.length);
  }
  if (size === 0) tell(0);
  return result.data;
}
