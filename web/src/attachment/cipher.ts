// What encrypts and hashes: the platform where it can, Go where it cannot.
import { MudpuppyError } from "../bridge/errors.js";
import type { FileKeys } from "../machine/client.js";
import type { Bytes } from "./source.js";

/**
 * Up to which length a file is taken as a whole, because the platform hashes nothing in
 * pieces. It copies what it is given, and nothing else runs meanwhile.
 */
export const WHOLE = 8 << 20;

/** How much the platform is given of longer ones. Whole blocks. */
export const PIECE = 1 << 20;

/** How much Go is given, which takes some milliseconds for it. Nothing else runs meanwhile. */
export const OWN_PIECE = 1 << 18;

/** The platform's own AES in counter mode. It is many times faster, and works beside the page. */
export interface Platform {
  /** Encrypts or decrypts the next piece, which is whole blocks unless it is the last. */
  crypt(piece: Bytes): Promise<Bytes>;
}

/** Takes up keys, which are wiped, if the platform has what it takes. Pages that did not come by https have not. */
export async function platformWith({ key, counter, bits }: FileKeys): Promise<Platform | undefined> {
  const subtle: SubtleCrypto | undefined = globalThis.crypto?.subtle;
  if (!subtle) {
    key.fill(0);
    return undefined;
  }
  const imported = subtle.importKey("raw", key as Bytes, "AES-CTR", false, ["encrypt"]); // which copies it first
  key.fill(0);
  const aes = await imported.catch(() => undefined);
  if (!aes) return undefined;
  const next = counter as Bytes;
  return {
    async crypt(piece) {
      const at = next.slice();
      advance(next, Math.ceil(piece.length / 16), bits);
      return new Uint8Array(await subtle.encrypt({ name: "AES-CTR", counter: at, length: bits }, aes, piece).catch(failed));
    },
  };
}

/** Whether the platform can hash. */
export const canHash = () => globalThis.crypto?.subtle !== undefined;

/** SHA-256, which the platform computes of a whole only. */
export async function hash(bytes: Bytes): Promise<Bytes> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes).catch(failed));
}

function failed(cause: unknown): never {
  throw new MudpuppyError("ERR_INTERNAL", "the platform's own encryption has failed", cause);
}

/** Counts blocks in the low bits of a counter. */
function advance(counter: Uint8Array, blocks: number, bits: number): void {
  const last = 16 - bits / 8;
  for (let i = 15; i >= last && blocks > 0; i--) {
    blocks += counter[i]!;
    counter[i] = blocks;
    blocks = Math.floor(blocks / 256);
  }
}
