// Plain words for what Mudpuppy says. The addresses lead to docs/how-encryption-can-fail.md.
import { MudpuppyError, type Reason, type Shield, type Withheld } from "mudpuppy";

const DOCS = "https://github.com/mudpuppy-e2ee/mudpuppy/blob/main/docs/how-encryption-can-fail.md";

export interface Words {
  text: string;
  /** More about it. */
  link: string;
}

/** Where an entry of the document is. */
export const entry = (name: string) => `${DOCS}#${name.toLowerCase().replace(/[^\w-]/g, "")}`;

const unreadable: Record<string, string> = {
  ERR_UNKNOWN_SESSION: "The key for this message has not come to this device. It may have been sent before this device was there.",
  ERR_UNKNOWN_INDEX: "This message is older than the key that this device was given.",
  ERR_REPLAY: "This is a copy of another message. Somebody on the way has repeated it.",
  ERR_MISMATCHED_SENDER: "This message is not from the person it claims to be from.",
  ERR_WRONG_ROOM: "This message was written for another room.",
  ERR_UNDECRYPTABLE: "This message was altered on its way, or is broken.",
  ERR_FORMAT: "This message is not made as it should be.",
  ERR_ALGORITHM: "This message was encrypted in a way that is not known here.",
};

const withheldWords: Record<string, string> = {
  "m.blacklisted": "The sender has blocked this device.",
  "m.unverified": "The sender gives keys only to verified devices. Verify this one from another of your devices to read what comes from now on.",
  "m.no_olm": "The sender could not reach this device to give it the key.",
  "m.unauthorised": "You may not read this message.",
  "m.unavailable": "The device that was asked for the key does not have it.",
};

/** Why a message cannot be read. */
export function whyUnreadable(code: string, withheld: Withheld | undefined): Words {
  const reason = withheld && (withheldWords[withheld.code] ?? withheld.reason);
  if (withheld && reason) return { text: reason, link: entry(withheldWords[withheld.code] ? withheld.code : code) };
  return { text: unreadable[code] ?? "This message cannot be read, because something went wrong here.", link: entry(code) };
}

const reasons: Record<Reason, string> = {
  verified: "Encrypted, by a device of somebody you have verified.",
  pinned: "Encrypted, by a device that its owner has signed. You have not compared keys with them.",
  identity_changed: "The keys of this person are other ones than before. Ask them whether they have started anew.",
  unsigned_device: "Encrypted by a device that its owner has not signed.",
  unknown_device: "Encrypted by a device that is not known, or was removed.",
  blocked_device: "Encrypted by a device that you have blocked.",
  unauthenticated: "The key came from a file or from somebody else, so it is not certain who wrote this.",
};

/** What a shield means. */
export function whyShield(reason: Reason): Words {
  return { text: reasons[reason], link: entry(reason) };
}

export const shieldNames: Record<Shield, string> = { none: "Encrypted", grey: "Not certain", red: "Warning" };

const keyFiles: Record<string, string> = {
  ERR_PASSPHRASE: "The passphrase is not that of the file, or the file was altered.",
  ERR_FORMAT: "This is no file with keys.",
  ERR_ROUNDS: "The file asks for more work than can be done.",
  ERR_STORE_FULL: "There is no space left on this device.",
};

/** Why keys could not be exported or imported. */
export function whyKeysFailed(error: unknown): string {
  const code = error instanceof MudpuppyError ? error.code : "";
  return keyFiles[code] ?? `Something went wrong: ${(error as Error).message}`;
}

const failures: Record<string, string> = {
  ERR_STORE_FULL: "There is no space left on this device, so nothing new can be kept.",
  ERR_STORE_BUSY: "Another tab has the keys of this device.",
  ERR_STORE_UNAVAILABLE: "This browser keeps nothing here, as in some private windows.",
  ERR_STORE_TOO_NEW: "The keys were written by a newer version of this page. Load it again.",
  ERR_STORE_KEY: "The keys of this device do not open any more.",
  ERR_STORE_DAMAGED: "The keys of this device are damaged.",
  ERR_REQUEST: "The server refused something.",
  ERR_UNVERIFIED: "There are devices in the room that nobody vouches for.",
  ERR_IDENTITY_CHANGED: "Somebody in the room has other keys than before. Look at them under “People”.",
  QuotaExceededError: "There is no space left on this device, so nothing new can be kept.",
};

/** What went wrong, and its name for those who look it up. */
export function whatHappened(error: unknown): string {
  const { code, name, message } = error as { code?: unknown; name?: string; message?: string };
  const key = typeof code === "string" ? code : (name ?? "");
  const words = failures[key];
  return words ? `${words} (${key})` : (message ?? String(error));
}

/** A fingerprint in groups that can be read aloud. */
export function inGroups(key: string): string {
  return key.match(/.{1,4}/g)?.join(" ") ?? key;
}
