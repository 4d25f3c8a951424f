import * as olm from "../olm/client.js";
import { olmError, run } from "./errors.js";
import { pickle, unpickle } from "./pickles.js";
import { Slot } from "./slot.js";
import { base64Of, takeText, textOf } from "./text.js";

/** The length in bytes of a private key. */
export const PRIVATE_KEY_LENGTH = 32;

const KEY_LENGTH = 43; // in base64, as the next
const MAC_LENGTH = 11;

/** The first 32 bytes of what is given as a private key or seed, in an array of our own. */
function privateKey(bytes: Uint8Array): Uint8Array {
  const copy = new Uint8Array(Math.max(bytes.length, PRIVATE_KEY_LENGTH));
  copy.set(bytes);
  if (bytes.length < PRIVATE_KEY_LENGTH) throw olmError("OLM_INPUT_BUFFER_TOO_SMALL");
  return copy.subarray(0, PRIVATE_KEY_LENGTH);
}

/** Encrypts to the owner of a public key. */
export class PkEncryption {
  readonly #slot = new Slot<olm.PkEncryption>("PkEncryption");

  free(): void {
    this.#slot.free();
  }

  set_recipient_key(key: string | Uint8Array): void {
    const text = base64Of(key);
    if (text.length < KEY_LENGTH) throw olmError("OLM_INPUT_BUFFER_TOO_SMALL");
    this.#slot.fill(run(() => new olm.PkEncryption(text.slice(0, KEY_LENGTH))));
  }

  encrypt(plaintext: string): { ciphertext: string; mac: string; ephemeral: string } {
    return run(() => this.#slot.handle.encrypt(textOf(plaintext)));
  }
}

/** Decrypts what was encrypted to its public key. It is empty until it gets a key or is unpickled. */
export class PkDecryption {
  readonly #slot = new Slot<olm.PkDecryption>("PkDecryption");

  free(): void {
    this.#slot.free();
  }

  /** Takes a private key of 32 bytes, and returns the public one. */
  init_with_private_key(key: Uint8Array): string {
    const copy = privateKey(key);
    const made = olm.PkDecryption.fromPrivateKey(copy);
    copy.fill(0);
    return this.#fill(made);
  }

  /** Returns the public key. */
  generate_key(): string {
    return this.#fill(new olm.PkDecryption());
  }

  #fill(made: olm.PkDecryption): string {
    this.#slot.fill(made);
    return made.publicKey;
  }

  get_private_key(): Uint8Array {
    return this.#slot.handle.privateKey();
  }

  pickle(key: string | Uint8Array): string {
    return pickle(this.#slot.handle, key);
  }

  /** Returns the public key. */
  unpickle(key: string | Uint8Array, pickle: string | Uint8Array): string {
    return this.#fill(unpickle(key, pickle, olm.PkDecryption.unpickleLibolm));
  }

  decrypt(ephemeral_key: string | Uint8Array, mac: string | Uint8Array, ciphertext: string): string {
    const message = { ephemeral: base64Of(ephemeral_key), mac: base64Of(mac), ciphertext: textOf(ciphertext) };
    if (message.ciphertext.length % 4 === 1) throw olmError("SUCCESS"); // libolm forgets to name the error
    if (message.ephemeral.length !== KEY_LENGTH || message.mac.length !== MAC_LENGTH) throw olmError("INVALID_BASE64");
    // A key that is weak or not canonical counts as a message of somebody else.
    const others = { ERR_KEY: "BAD_MESSAGE_MAC", ERR_WEAK_KEY: "BAD_MESSAGE_MAC" };
    return takeText(run(() => this.#slot.handle.decrypt(message), others));
  }
}

/** Signs with a key made from a seed. It is empty until it gets one. */
export class PkSigning {
  readonly #slot = new Slot<olm.PkSigning>("PkSigning");

  free(): void {
    this.#slot.free();
  }

  /** Takes a seed of 32 bytes, and returns the public key. */
  init_with_seed(seed: Uint8Array): string {
    const copy = privateKey(seed);
    const made = new olm.PkSigning(copy);
    copy.fill(0);
    this.#slot.fill(made);
    return made.publicKey;
  }

  generate_seed(): Uint8Array {
    return olm.generatePkSigningSeed();
  }

  sign(message: string): string {
    return this.#slot.handle.sign(textOf(message));
  }
}
