import * as olm from "../olm/client.js";
import { bytesRead, checkLength } from "./base64.js";
import { run, runRead } from "./errors.js";
import { groupError } from "./messages.js";
import { pickle, unpickle } from "./pickles.js";
import { Slot } from "./slot.js";
import { base64Of, takeText, textOf, wiping } from "./text.js";

const SESSION_KEY_VERSION = 2;
const SESSION_KEY_LENGTH = 306;

/** Encrypts the messages of one sender to a room. It is empty until it is created or unpickled. */
export class OutboundGroupSession {
  readonly #slot = new Slot<olm.OutboundGroupSession>("OutboundGroupSession");

  free(): void {
    this.#slot.free();
  }

  pickle(key: string | Uint8Array): string {
    return pickle(this.#slot.handle, key);
  }

  unpickle(key: string | Uint8Array, pickle: string | Uint8Array): void {
    this.#slot.fill(unpickle(key, pickle, olm.OutboundGroupSession.unpickleLibolm));
  }

  create(): void {
    this.#slot.fill(new olm.OutboundGroupSession());
  }

  encrypt(plaintext: string): string {
    return this.#slot.handle.encrypt(textOf(plaintext));
  }

  session_id(): string {
    return this.#slot.handle.sessionId;
  }

  session_key(): string {
    return this.#slot.handle.sessionKey();
  }

  message_index(): number {
    return this.#slot.handle.messageIndex | 0; // signed, as all numbers here
  }
}

/** Decrypts the messages of one sender to a room. It is empty until it is created, imported or unpickled. */
export class InboundGroupSession {
  readonly #slot = new Slot<olm.InboundGroupSession>("InboundGroupSession");

  free(): void {
    this.#slot.free();
  }

  pickle(key: string | Uint8Array): string {
    return pickle(this.#slot.handle, key);
  }

  unpickle(key: string | Uint8Array, pickle: string | Uint8Array): void {
    this.#slot.fill(unpickle(key, pickle, olm.InboundGroupSession.unpickleLibolm));
  }

  create(session_key: string | Uint8Array): void {
    this.#fill(session_key, (key) => new olm.InboundGroupSession(key), (key) => {
      const read = key.length === SESSION_KEY_LENGTH && bytesRead(key)[0] === SESSION_KEY_VERSION;
      return read ? "BAD_SIGNATURE" : "BAD_SESSION_KEY";
    });
  }

  import_session(session_key: string | Uint8Array): void {
    this.#fill(session_key, (key) => olm.InboundGroupSession.import(key), () => "BAD_SESSION_KEY");
  }

  /** Makes a session from a key. If that is none of ours, `refusal` finds what libolm says. */
  #fill(
    key: string | Uint8Array,
    make: (key: string) => olm.InboundGroupSession,
    refusal: (key: string) => string,
  ): void {
    const text = base64Of(key);
    const made = wiping(key, () => {
      checkLength(text);
      return run(() => make(text), { ERR_SESSION_KEY: refusal(text) });
    });
    this.#slot.fill(made);
  }

  decrypt(message: string): { message_index: number; plaintext: string } {
    const body = textOf(message);
    const decrypt = () => this.#slot.handle.decrypt(body);
    const { plaintext, messageIndex } = runRead(decrypt, (cause) => groupError(body, cause));
    return { plaintext: takeText(plaintext), message_index: messageIndex | 0 };
  }

  session_id(): string {
    return this.#slot.handle.sessionId;
  }

  first_known_index(): number {
    return this.#slot.handle.firstKnownIndex | 0;
  }

  export_session(message_index: number): string {
    // libolm looks for the name of this error in the wrong place.
    return run(() => this.#slot.handle.exportAt(message_index >>> 0), { ERR_UNKNOWN_INDEX: "UNKNOWN_ERROR" });
  }
}
