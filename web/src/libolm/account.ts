import * as olm from "../olm/client.js";
import { fallbackKey, removeOneTimeKeys } from "./client.js";
import { run } from "./errors.js";
import { pickle, unpickle } from "./pickles.js";
import { type Session, sessionOf } from "./session.js";
import { Slot } from "./slot.js";
import { dataOf, wiping } from "./text.js";

const MAX_ONE_TIME_KEYS = 100;

function limited(account: olm.Account): olm.Account {
  account.setOneTimeKeyLimit(MAX_ONE_TIME_KEYS);
  return account;
}

const keysText = (keys: string[][]) => JSON.stringify({ curve25519: Object.fromEntries(keys) });

/** @internal */
export let accountOf: (account: Account) => olm.Account;

/** The keys of a device. It is empty until it is created or unpickled. */
export class Account {
  readonly #slot = new Slot<olm.Account>("Account");

  static {
    accountOf = (account) => account.#slot.handle;
  }

  get #account(): olm.Account {
    return this.#slot.handle;
  }

  free(): void {
    this.#slot.free();
  }

  create(): void {
    this.#slot.fill(limited(new olm.Account()));
  }

  /** JSON: `{"curve25519":"…","ed25519":"…"}`. */
  identity_keys(): string {
    return JSON.stringify(this.#account.identityKeys);
  }

  sign(message: string | Uint8Array): string {
    return wiping(message, () => this.#account.sign(dataOf(message)));
  }

  /** JSON of those not yet published, newest first: `{"curve25519":{"AAAAAQ":"…"}}`. */
  one_time_keys(): string {
    const keys = this.#account.oneTimeKeys().map(({ keyId, key }) => [keyId, key]);
    return keysText(keys.reverse());
  }

  mark_keys_as_published(): void {
    this.#account.markKeysAsPublished();
  }

  max_number_of_one_time_keys(): number {
    return MAX_ONE_TIME_KEYS;
  }

  generate_one_time_keys(number_of_keys: number): void {
    this.#account.generateOneTimeKeys(number_of_keys >>> 0);
  }

  /** Drops the one-time key that a session was made from. */
  remove_one_time_keys(session: Session): void {
    run(() => removeOneTimeKeys(this.#account, sessionOf(session)));
  }

  generate_fallback_key(): void {
    this.#account.generateFallbackKey();
  }

  /** JSON, as {@link one_time_keys}. */
  fallback_key(): string {
    const key = fallbackKey(this.#account);
    return keysText(key.length > 0 ? [key] : []);
  }

  /** JSON, as {@link one_time_keys}. */
  unpublished_fallback_key(): string {
    const unpublished = this.#account.fallbackKey();
    return keysText(unpublished ? [[unpublished.keyId, unpublished.key]] : []);
  }

  forget_old_fallback_key(): void {
    this.#account.forgetFallbackKey();
  }

  pickle(key: string | Uint8Array): string {
    return pickle(this.#account, key);
  }

  unpickle(key: string | Uint8Array, pickle: string | Uint8Array): void {
    this.#slot.fill(limited(unpickle(key, pickle, olm.Account.unpickleLibolm)));
  }
}
