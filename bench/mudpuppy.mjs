// Mudpuppy's public API in the shape of libolm's, as far as the benchmark needs
// it, so that the same code measures both.

import * as mudpuppy from "mudpuppy/olm";

export const { init } = mudpuppy;

const decoder = new TextDecoder();

/** What libolm makes in two steps, by new and by a method, Mudpuppy makes in one. */
class Wrapper {
  free() {
    this.object?.free();
  }

  /** Takes another object in the place of the former. */
  hold(object) {
    this.object?.free();
    this.object = object;
  }
}

export class Account extends Wrapper {
  create() {
    this.hold(new mudpuppy.Account());
  }

  identity_keys() {
    return JSON.stringify(this.object.identityKeys);
  }

  sign(message) {
    return this.object.sign(message);
  }

  generate_one_time_keys(count) {
    this.object.generateOneTimeKeys(count);
  }

  generate_fallback_key() {
    this.object.generateFallbackKey();
  }

  unpublished_fallback_key() {
    const { keyId, key } = this.object.fallbackKey();
    return JSON.stringify({ curve25519: { [keyId]: key } });
  }

  pickle(key) {
    return this.object.pickle(key);
  }

  unpickle(key, pickle) {
    this.hold(mudpuppy.Account.unpickle(pickle, key));
  }

  /** pickle, in the format of libolm. */
  pickle_libolm(key) {
    return this.object.pickleLibolm(key);
  }

  /** unpickle, in the format of libolm. */
  unpickle_libolm(key, pickle) {
    this.hold(mudpuppy.Account.unpickleLibolm(pickle, key));
  }
}

export class Session extends Wrapper {
  create_outbound(account, identityKey, oneTimeKey) {
    this.hold(account.object.createOutboundSession(identityKey, oneTimeKey));
  }

  /** Unlike libolm's it decrypts the message as well, and returns the plaintext. */
  create_inbound_from(account, identityKey, body) {
    const { session, plaintext } = account.object.createInboundSession(identityKey, { type: 0, body });
    this.hold(session);
    return decoder.decode(plaintext);
  }

  encrypt(plaintext) {
    return this.object.encrypt(plaintext);
  }

  decrypt(type, body) {
    return decoder.decode(this.object.decrypt({ type, body }));
  }
}

export class OutboundGroupSession extends Wrapper {
  create() {
    this.hold(new mudpuppy.OutboundGroupSession());
  }

  session_key() {
    return this.object.sessionKey();
  }

  encrypt(plaintext) {
    return this.object.encrypt(plaintext);
  }
}

export class InboundGroupSession extends Wrapper {
  create(sessionKey) {
    this.hold(new mudpuppy.InboundGroupSession(sessionKey));
  }

  import_session(exported) {
    this.hold(mudpuppy.InboundGroupSession.import(exported));
  }

  export_session(index) {
    return this.object.exportAt(index);
  }

  decrypt(message) {
    const { plaintext, messageIndex } = this.object.decrypt(message);
    return { plaintext: decoder.decode(plaintext), message_index: messageIndex };
  }
}

export class PkEncryption extends Wrapper {
  set_recipient_key(key) {
    this.hold(new mudpuppy.PkEncryption(key));
  }

  encrypt(plaintext) {
    return this.object.encrypt(plaintext);
  }
}

export class PkDecryption extends Wrapper {
  generate_key() {
    this.hold(new mudpuppy.PkDecryption());
    return this.object.publicKey;
  }

  decrypt(ephemeral, mac, ciphertext) {
    return decoder.decode(this.object.decrypt({ ephemeral, mac, ciphertext }));
  }
}

export class PkSigning extends Wrapper {
  init_with_seed(seed) {
    this.hold(new mudpuppy.PkSigning(seed));
    return this.object.publicKey;
  }

  sign(message) {
    return this.object.sign(message);
  }
}

export class SAS extends Wrapper {
  static keyIsSetOnce = true;

  object = new mudpuppy.Sas();

  get_pubkey() {
    return this.object.publicKey;
  }

  set_their_key(key) {
    this.object.setTheirKey(key);
  }

  generate_bytes(info, length) {
    return this.object.bytes(info, length);
  }
}

export class Utility extends Wrapper {
  sha256(message) {
    return mudpuppy.sha256(message);
  }

  ed25519_verify(key, message, signature) {
    mudpuppy.ed25519Verify(key, message, signature);
  }
}
