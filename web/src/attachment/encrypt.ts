import { FileEncrypter } from "../machine/client.js";
import { MudpuppyError } from "../bridge/errors.js";
import type { Home } from "../bridge/home.js";
import { hash, OWN_PIECE, PIECE, platformWith, WHOLE } from "./cipher.js";
import { type AttachmentSource, type Bytes, Result, type Source, sourceOf } from "./source.js";
import { type AttachmentOptions, Work } from "./work.js";

/**
 * What it takes to read an encrypted file: `file` in the content of the message that
 * it belongs to, once the application has added the `url` of the ciphertext. It holds
 * the key, so it must go nowhere else.
 *
 * https://spec.matrix.org/latest/client-server-api/#definition-encryptedfile
 */
export interface EncryptedFile {
  /** The version of the format. */
  v: "v2";
  /** The key, as a JSON Web Key. */
  key: {
    /** A key of bytes. */
    kty: "oct";
    /** What it is for. */
    key_ops: ["encrypt", "decrypt"];
    /** AES-256 in counter mode. */
    alg: "A256CTR";
    /** The key, in unpadded base64 for URLs. */
    k: string;
    /** As the specification asks for. */
    ext: true;
  };
  /** What the counter begins with, in unpadded base64. */
  iv: string;
  /** Of the ciphertext. */
  hashes: {
    /** SHA-256, in unpadded base64. */
    sha256: string;
  };
  /** Where the ciphertext is: `mxc://…`. */
  url?: string;
}

/** A file that was encrypted. */
export interface EncryptedAttachment<Data> {
  /** The ciphertext, to be uploaded as application/octet-stream. */
  data: Data;
  /** What it takes to read it. */
  file: EncryptedFile;
}

/** A file that is being encrypted. */
export interface EncryptedStream {
  /** The ciphertext, as it is read. */
  data: ReadableStream<Uint8Array<ArrayBuffer>>;
  /** What it takes to read it, when all of it was read. */
  file: Promise<EncryptedFile>;
}

class Encrypter extends FileEncrypter {
  constructor(of: number | Home) {
    super(of);
  }
}

/**
 * Encrypts a file, under a key of its own. Bytes come back as bytes, blobs and streams
 * as a blob.
 *
 * It throws ERR_ABORTED, or ERR_ATTACHMENT_SOURCE if a blob or a stream fails.
 */
export function encryptAttachment(
  source: Uint8Array | ArrayBuffer,
  options?: AttachmentOptions,
): Promise<EncryptedAttachment<Uint8Array<ArrayBuffer>>>;
export function encryptAttachment(
  source: Blob | ReadableStream<Uint8Array>,
  options?: AttachmentOptions,
): Promise<EncryptedAttachment<Blob>>;
export async function encryptAttachment(
  source: AttachmentSource,
  options: AttachmentOptions = {},
): Promise<EncryptedAttachment<Uint8Array<ArrayBuffer> | Blob>> {
  const work = new Work(options);
  const from = sourceOf(source, work);
  const pieces = encrypted(from, work);
  const result = new Result(from);
  for (;;) {
    const { done, value } = await pieces.next();
    if (done) return { data: result.data, file: value };
    result.add(value);
  }
}

/**
 * Encrypts a file while it is read, without ever holding it whole. What it takes to
 * read the ciphertext is known when all of that was read.
 *
 * If the source fails, or `data` is cancelled, `file` is rejected as well.
 */
export function encryptAttachmentStream(
  source: AttachmentSource,
  options: AttachmentOptions = {},
): EncryptedStream {
  const work = new Work(options);
  const { size: _, ...from } = sourceOf(source, work);
  const pieces = encrypted({ ...from, size: undefined }, work);
  let resolve: (file: EncryptedFile) => void;
  let reject: (error: unknown) => void;
  const file = new Promise<EncryptedFile>((...settle) => {
    [resolve, reject] = settle;
  });
  file.catch(() => {}); // who reads the data hears of it, too
  const data = new ReadableStream<Bytes>(
    {
      async pull(controller) {
        try {
          const { done, value } = await pieces.next();
          if (!done) return controller.enqueue(value);
          resolve(value);
          controller.close();
        } catch (error) {
          reject(error);
          throw error;
        }
      },
      async cancel(reason) {
        work.cancel(reason);
        reject(new MudpuppyError("ERR_ABORTED", "the data was cancelled", reason));
        await pieces.return(undefined as never);
      },
    },
    { highWaterMark: 0 },
  );
  return { data, file };
}

/** Encrypts what a source has: the pieces of the ciphertext, and then what it takes to read it. */
async function* encrypted(source: Source, work: Work): AsyncGenerator<Bytes, EncryptedFile> {
  work.check();
  const { of, keys } = await work.program.encryptFile();
  const encrypter = new Encrypter(of);
  try {
    const platform = await platformWith(keys);
    const whole = platform && source.size !== undefined && source.size <= WHOLE;
    let sum: Bytes | undefined;
    let done = 0;
    for await (const piece of source.pieces(whole ? WHOLE : platform ? PIECE : OWN_PIECE)) {
      const ciphertext = platform ? await platform.crypt(piece) : ((await encrypter._encrypt(piece)) as Bytes);
      if (whole) sum = await hash(ciphertext);
      else if (platform) await work.each(ciphertext, OWN_PIECE, (part) => encrypter._hash(part));
      else await work.pause();
      work.check();
      done += ciphertext.length;
      if (done !== source.size) work.tell(done, source.size);
      yield ciphertext;
    }
    const file = (await encrypter._finish(sum)) as EncryptedFile;
    work.tell(done, done);
    return file;
  } finally {
    encrypter.free();
  }
}
