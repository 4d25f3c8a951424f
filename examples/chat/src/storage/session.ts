// Who is logged in here. The access token and the key of Mudpuppy's store are sealed.
import type { Credentials } from "../matrix/types";
import { change, get } from "./database";
import { seal, type Sealed, sealJSON, unseal, unsealJSON } from "./vault";

interface KeptSession {
  credentials: Sealed;
  storeKey: Sealed;
}

export interface SavedSession {
  credentials: Credentials;
  /** Seals Mudpuppy's store: 32 random bytes. Overwrite it after use. */
  storeKey: Uint8Array<ArrayBuffer>;
}

/** Keeps a session that begins, with a new key for its store. */
export async function beginSession(credentials: Credentials): Promise<SavedSession> {
  const storeKey = crypto.getRandomValues(new Uint8Array(32));
  const kept: KeptSession = { credentials: await sealJSON(credentials), storeKey: await seal(storeKey) };
  await change(["session", "session", kept]);
  return { credentials, storeKey };
}

/** The session that was begun here, if there is one. */
export async function loadSession(): Promise<SavedSession | undefined> {
  const kept = await get<KeptSession>("session", "session");
  if (!kept) return undefined;
  return { credentials: await unsealJSON(kept.credentials), storeKey: await unseal(kept.storeKey) };
}
