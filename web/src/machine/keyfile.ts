// The key of a file with room keys, from its passphrase.
import { MudpuppyError } from "../bridge/errors.js";
import type { Machine } from "./client.js";
import { checkAborted } from "./keysource.js";

/** How many rounds a file may ask for: some minutes of work. */
const MAX_ROUNDS = 50_000_000;

/** Derives the key: by the platform, which does so beside the page, or else in Go, by turns with the page. */
export async function deriveKey(machine: Machine, passphrase: Uint8Array<ArrayBuffer>, salt: Uint8Array, rounds: number, signal: AbortSignal | undefined): Promise<Uint8Array> {
  if (rounds > MAX_ROUNDS) throw new MudpuppyError("ERR_ROUNDS", `too many rounds: ${rounds}, of at most ${MAX_ROUNDS}`);
  const key = (await byPlatform(passphrase, salt, rounds)) ?? (await machine._deriveFileKey(passphrase, salt, rounds, signal));
  checkAborted(signal);
  return key;
}

async function byPlatform(passphrase: Uint8Array<ArrayBuffer>, salt: Uint8Array, iterations: number): Promise<Uint8Array | undefined> {
  try {
    const { subtle } = globalThis.crypto; // there is none in pages that are not secure
    const material = await subtle.importKey("raw", passphrase, "PBKDF2", false, ["deriveBits"]);
    const bits = await subtle.deriveBits({ name: "PBKDF2", hash: "SHA-512", salt: salt as Uint8Array<ArrayBuffer>, iterations }, material, 512);
    return new Uint8Array(bits);
  } catch {
    return undefined; // some refuse an empty passphrase, for instance
  }
}
