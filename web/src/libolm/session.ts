import * as olm from "../olm/client.js";
import { type Account, accountOf } from "./account.js";
import { checkLength } from "./base64.js";
import { createInbound } from "./client.js";
import { olmError, run, runRead } from "./errors.js";
import { decryptionError, inboundError } from "./messages.js";
import { pickle, unpickle } from "./pickles.js";
import { Slot } from "./slot.js";
import { base64Of, takeText, textOf, wiping } from "./text.js";

const PRE_KEY = 0;
const NORMAL = 1;
const DESCRIPTION_LENGTH = 255;

/** @internal */
export let sessionOf: (session: Session) => olm.Session;

/** One side of an encrypted channel. It is empty until it is created or unpickled. */
export class Session {
  readonly #slot = new Slot<olm.Session>("Session");

  static {
    sessionOf = (session) => session.#slot.handle;
  }

  get #session(): olm.Session {
    return this.#slot.handle;
  }

  free(): void {
    this.#slot.free();
  }

  pickle(key: string | Uint8Array): string {
    return pickle(this.#session, key);
  }

  unpickle(key: string | Uint8Array, pickle: string | Uint8Array): void {
    this.#slot.fill(unpickle(key, pickle, olm.Session.unpickleLibolm));
  }

  create_outbound(
    account: Account,
    their_identity_key: string | Uint8Array,
    their_one_time_key: string | Uint8Array,
  ): void {
    const [identity, oneTime] = [base64Of(their_identity_key), base64Of(their_one_time_key)];
    this.#slot.fill(run(() => accountOf(account).createOutboundSession(identity, oneTime)));
  }

  /** Makes the other side's session from its pre-key message, which is still to be decrypted. */
  create_inbound(account: Account, one_time_key_message: string | Uint8Array): void {
    this.#createInbound(account, "", one_time_key_message);
  }

  /** The same, for a message that must be from the owner of an identity key. */
  create_inbound_from(
    account: Account,
    identity_key: string | Uint8Array,
    one_time_key_message: string | Uint8Array,
  ): void {
    const identity = base64Of(identity_key);
    if (identity === "") throw olmError("INVALID_BASE64");
    this.#createInbound(account, identity, one_time_key_message);
  }

  #createInbound(account: Account, identityKey: string, message: string | Uint8Array): void {
    const body = base64Of(message);
    const create = () => createInbound(accountOf(account), identityKey, body);
    this.#slot.fill(wiping(message, () => runRead(create, (cause) => inboundError(body, cause))));
  }

  session_id(): string {
    return this.#session.sessionId;
  }

  has_received_message(): boolean {
    return this.#session.hasReceivedMessage;
  }

  matches_inbound(one_time_key_message: string | Uint8Array): boolean {
    const body = base64Of(one_time_key_message);
    checkLength(body);
    return this.#session.matchesInbound({ type: PRE_KEY, body });
  }

  matches_inbound_from(identity_key: string | Uint8Array, one_time_key_message: string | Uint8Array): boolean {
    const [identity, body] = [base64Of(identity_key), base64Of(one_time_key_message)];
    const matches = run(() => this.#session.matchesInboundFrom(identity, { type: PRE_KEY, body }));
    checkLength(body);
    return matches;
  }

  encrypt(plaintext: string): { type: 0 | 1; body: string } {
    const { type, body } = run(() => this.#session.encrypt(textOf(plaintext)));
    return { type: type as 0 | 1, body };
  }

  /** The type is 1 for a message of an established session; all others count as pre-key messages. */
  decrypt(message_type: number, message: string): string {
    const type = (message_type | 0) === NORMAL ? NORMAL : PRE_KEY;
    const body = textOf(message);
    const decrypt = () => this.#session.decrypt({ type, body });
    return takeText(runRead(decrypt, (cause) => decryptionError(type === PRE_KEY, body, cause)));
  }

  /** The counters of the session's chains, for people who look for a fault. */
  describe(): string {
    const text = this.#session.describe().replace("none", "0").replaceAll(",", "");
    return text.length <= DESCRIPTION_LENGTH ? text : `${text.slice(0, DESCRIPTION_LENGTH - 3)}...`;
  }
}
