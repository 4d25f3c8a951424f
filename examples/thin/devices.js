import { Account, InboundGroupSession, OutboundGroupSession, Session } from "mudpuppy/olm";

const decoder = new TextDecoder();

/** What both devices have: named objects of Mudpuppy, saved and freed together. */
class Device {
  constructor(objects, pickleKey) {
    this.objects = objects;
    this.pickleKey = pickleKey;
  }

  get identityKey() {
    return this.objects.account.identityKeys.curve25519;
  }

  pickles() {
    return Object.fromEntries(Object.entries(this.objects).map(([name, o]) => [name, o.pickle(this.pickleKey)]));
  }

  free() {
    for (const object of Object.values(this.objects)) object.free();
  }
}

/** Opens the pickles that a Device made. */
function unpickle(pickles, key, classes) {
  return Object.fromEntries(Object.entries(pickles).map(([name, p]) => [name, classes[name].unpickle(p, key)]));
}

/** Alice writes to the room. */
export class Alice extends Device {
  static make(pickleKey) {
    return new Alice({ account: new Account(), room: new OutboundGroupSession() }, pickleKey);
  }

  static restore(pickles, key) {
    return new Alice(unpickle(pickles, key, { account: Account, room: OutboundGroupSession, toBob: Session }), key);
  }

  /** Makes a session with Bob, and returns the room key encrypted for him. */
  shareRoomKey(identityKey, oneTimeKey) {
    const { account, room } = this.objects;
    this.objects.toBob = account.createOutboundSession(identityKey, oneTimeKey);
    return this.objects.toBob.encrypt(room.sessionKey());
  }

  write(text) {
    return this.objects.room.encrypt(text);
  }
}

/** Bob reads. */
export class Bob extends Device {
  static make(pickleKey) {
    return new Bob({ account: new Account() }, pickleKey);
  }

  static restore(pickles, key) {
    return new Bob(unpickle(pickles, key, { account: Account, room: InboundGroupSession, toAlice: Session }), key);
  }

  /** Returns a one-time key; in life it is signed and goes through the homeserver. */
  publishOneTimeKey() {
    const { account } = this.objects;
    account.generateOneTimeKeys(1);
    const [{ key }] = account.oneTimeKeys();
    account.markKeysAsPublished();
    return key;
  }

  receiveRoomKey(identityKey, message) {
    const { session, plaintext } = this.objects.account.createInboundSession(identityKey, message);
    this.objects.toAlice = session;
    this.objects.room = new InboundGroupSession(decoder.decode(plaintext));
  }

  read(message) {
    const { plaintext, messageIndex } = this.objects.room.decrypt(message);
    return { text: decoder.decode(plaintext), index: messageIndex };
  }
}
