// Secrets of the app, sealed by a key that the browser keeps and gives to nobody,
// not even to this page: a CryptoKey that cannot be extracted. Whoever copies the
// database gets the sealed bytes, but no key to open them with.
import { change, get, onLost } from "./database";

const ALGORITHM = "AES-GCM";

let opening: Promise<CryptoKey> | undefined;

/** The key of this browser, made at the first time. */
function vaultKey(): Promise<CryptoKey> {
  opening ??= (async () => {
    const kept = await get<CryptoKey>("keys", "vault");
    if (kept) return kept;
    const made = await crypto.subtle.generateKey({ name: ALGORITHM, length: 256 }, false, ["encrypt", "decrypt"]);
    await change(["keys", "vault", made]);
    return made;
  })();
  opening.catch(() => (opening = undefined));
  return opening;
}

onLost(() => forget()); // it was in there

/** What was sealed. */
export interface Sealed {
  iv: Uint8Array<ArrayBuffer>;
  bytes: ArrayBuffer;
}

export async function seal(bytes: BufferSource): Promise<Sealed> {
  const iv = crypto.getRandomValues(new Uint8Array(12));
  return { iv, bytes: await crypto.subtle.encrypt({ name: ALGORITHM, iv }, await vaultKey(), bytes) };
}

export async function unseal({ iv, bytes }: Sealed): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await crypto.subtle.decrypt({ name: ALGORITHM, iv }, await vaultKey(), bytes));
}

export async function sealJSON(value: unknown): Promise<Sealed> {
  return seal(new TextEncoder().encode(JSON.stringify(value)));
}

export async function unsealJSON<Value>(sealed: Sealed): Promise<Value> {
  return JSON.parse(new TextDecoder().decode(await unseal(sealed))) as Value;
}

/** Forgets the key, once the database is deleted. */
export function forget(): void {
  opening = undefined;
}
