// Somebody who writes to a machine, and reads what it writes, with libolm.

import { text } from "../operations/common.mjs";
import { DEVICE } from "./user.mjs";

const KIB = 1 << 10;

/** The content of a message of 1 KiB. */
export const message = { msgtype: "m.text", body: text(KIB) };

export class Peer {
  #olm;
  #user;
  #session;
  #receiver;
  #events = 0;

  /** Begins to write to a device, with one of its one-time keys. */
  constructor(olm, user, receiver, oneTimeKey) {
    this.#olm = olm;
    this.#user = user;
    this.#receiver = receiver;
    this.#session = new olm.Session();
    this.#session.create_outbound(user.account, receiver.curve25519, oneTimeKey);
  }

  get userId() {
    return this.#user.userId;
  }

  /** A new session in a room, to write with. */
  newSession() {
    const session = new this.#olm.OutboundGroupSession();
    session.create();
    return session;
  }

  /** The event to the device that brings the key of a session. */
  roomKey(roomId, session) {
    const { userId, ed25519, device } = this.#user;
    const content = {
      algorithm: "m.megolm.v1.aes-sha2", room_id: roomId,
      session_id: session.session_id(), session_key: session.session_key(),
    };
    return this.#toDevice({
      type: "m.room_key", content, sender: userId, keys: { ed25519 }, sender_device_keys: device,
      recipient: this.#receiver.userId, recipient_keys: { ed25519: this.#receiver.ed25519 },
    });
  }

  #toDevice(event) {
    const ciphertext = { [this.#receiver.curve25519]: this.#session.encrypt(JSON.stringify(event)) };
    const content = { algorithm: "m.olm.v1.curve25519-aes-sha2", sender_key: this.#user.curve25519, ciphertext };
    return { type: "m.room.encrypted", sender: this.#user.userId, content };
  }

  /** A message of 1 KiB in a room, as it comes with a sync. */
  event(roomId, session) {
    const plaintext = JSON.stringify({ type: "m.room.message", content: message, room_id: roomId });
    return {
      type: "m.room.encrypted", event_id: `$event${this.#events++}`, sender: this.#user.userId, origin_server_ts: Date.now(),
      content: {
        algorithm: "m.megolm.v1.aes-sha2", ciphertext: session.encrypt(plaintext), device_id: DEVICE,
        sender_key: this.#user.curve25519, session_id: session.session_id(),
      },
    };
  }

  /** Takes the key of a room out of a request, and returns what reads the room's messages. */
  accept({ messages }) {
    const { sender_key: senderKey, ciphertext } = messages[this.#user.userId][DEVICE];
    const session = new this.#olm.Session();
    const event = JSON.parse(session.create_inbound_from(this.#user.account, senderKey, ciphertext[this.#user.curve25519].body));
    const inbound = new this.#olm.InboundGroupSession();
    inbound.create(event.content.session_key);
    return ({ ciphertext }) => JSON.parse(inbound.decrypt(ciphertext).plaintext);
  }
}
