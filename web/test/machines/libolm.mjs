// A client that stands on libolm alone, as clients were written before there were
// machines, and keeps what matrix-js-sdk kept, as it kept it.
import Olm from "@matrix-org/olm";
import { baseUrl } from "./client.mjs";

await Olm.init();

export const PICKLE_KEY = "DEFAULT_KEY";
const algorithms = ["m.olm.v1.curve25519-aes-sha2", "m.megolm.v1.aes-sha2"];

/** JSON as it is signed. */
function canonical(value) {
  if (Array.isArray(value)) return `[${value.map(canonical)}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  return `{${Object.keys(value).sort().map((key) => `${JSON.stringify(key)}:${canonical(value[key])}`)}}`;
}

export class LibolmClient {
  /** Events to this device that were decrypted, and undecrypted events of rooms. */
  toDevice = [];
  rooms = new Map();
  account = new Olm.Account();
  /** [deviceKey, session, lastReceivedMessageTs] */
  sessions = [];
  inbound = new Map();
  outbound = new Map();
  #since = "";
  #clock = 1_000;
  #last = 0;

  static async open(server, userId, deviceId, { oneTimeKeys = 10 } = {}) {
    await server.login(userId, deviceId);
    const client = new LibolmClient();
    Object.assign(client, { server, userId, deviceId, token: `${userId} ${deviceId}` });
    client.account.create();
    client.keys = JSON.parse(client.account.identity_keys());
    await client.upload(oneTimeKeys);
    return client;
  }

  async call(method, path, body) {
    const headers = { authorization: `Bearer ${this.token}` };
    const response = await this.server.fetch(`${baseUrl}/_matrix/client/v3/${path}`, { method, headers, body: body && JSON.stringify(body) });
    const answer = await response.json();
    if (!response.ok) throw new Error(`${path}: ${JSON.stringify(answer)}`);
    return answer;
  }

  sign(object) {
    return { ...object, signatures: { [this.userId]: { [`ed25519:${this.deviceId}`]: this.account.sign(canonical(object)) } } };
  }

  async upload(count) {
    const { userId: user_id, deviceId: device_id, keys } = this;
    const named = { [`curve25519:${device_id}`]: keys.curve25519, [`ed25519:${device_id}`]: keys.ed25519 };
    this.account.generate_one_time_keys(count);
    this.account.generate_fallback_key();
    const signed = (json, more) =>
      Object.fromEntries(Object.entries(JSON.parse(json).curve25519).map(([id, key]) => [`signed_curve25519:${id}`, this.sign({ key, ...more })]));
    await this.call("POST", "keys/upload", {
      device_keys: this.sign({ algorithms, device_id, keys: named, user_id }),
      one_time_keys: signed(this.account.one_time_keys()),
      fallback_keys: signed(this.account.unpublished_fallback_key(), { fallback: true }),
    });
    this.account.mark_keys_as_published();
  }

  /** Makes a session with a device, from a key that the homeserver has of it. */
  async meet(peer) {
    const { one_time_keys } = await this.call("POST", "keys/claim", { one_time_keys: { [peer.userId]: { [peer.deviceId]: "signed_curve25519" } } });
    const [[id, { key }]] = Object.entries(one_time_keys[peer.userId][peer.deviceId]);
    const session = new Olm.Session();
    session.create_outbound(this.account, peer.keys.curve25519, key);
    this.sessions.unshift([peer.keys.curve25519, session, this.#clock++]);
    return id;
  }

  /** Sends an event to a device, by the session that received last. Returns the type of the message. */
  async sendOlm(peer, type, content = {}) {
    const [, session] = this.sessions.filter(([key]) => key === peer.keys.curve25519).sort(([, , a], [, , b]) => b - a)[0];
    const message = session.encrypt(
      JSON.stringify({
        ...{ type, content, sender: this.userId, recipient: peer.userId },
        ...{ keys: { ed25519: this.keys.ed25519 }, recipient_keys: { ed25519: peer.keys.ed25519 } },
      }),
    );
    const encrypted = { algorithm: algorithms[0], sender_key: this.keys.curve25519, ciphertext: { [peer.keys.curve25519]: message } };
    await this.call("PUT", `sendToDevice/m.room.encrypted/${this.#last++}`, { messages: { [peer.userId]: { [peer.deviceId]: encrypted } } });
    return message.type;
  }

  async shareRoomKey(roomId, peer) {
    const session = new Olm.OutboundGroupSession();
    session.create();
    this.outbound.set(roomId, session);
    const content = { algorithm: algorithms[1], room_id: roomId, session_id: session.session_id(), session_key: session.session_key() };
    this.#keepRoomKey(content, this.keys);
    await this.sendOlm(peer, "m.room_key", content);
  }

  #keepRoomKey({ room_id, session_id, session_key }, { curve25519, ed25519 }) {
    const session = new Olm.InboundGroupSession();
    session.create(session_key);
    const data = { room_id, keysClaimed: { ed25519 }, forwardingCurve25519KeyChain: [] };
    this.inbound.set(session_id, { senderCurve25519Key: curve25519, session, data });
  }

  async say(roomId, body) {
    const session = this.outbound.get(roomId);
    const ciphertext = session.encrypt(JSON.stringify({ type: "m.room.message", content: { body }, room_id: roomId }));
    const content = { algorithm: algorithms[1], session_id: session.session_id(), ciphertext, sender_key: this.keys.curve25519, device_id: this.deviceId };
    await this.call("PUT", `rooms/${encodeURIComponent(roomId)}/send/m.room.encrypted/${this.#last++}`, content);
  }

  async sync() {
    const answer = await this.call("GET", `sync?timeout=0${this.#since && `&since=${this.#since}`}`);
    this.#since = answer.next_batch;
    for (const event of answer.to_device?.events ?? []) if (event.type === "m.room.encrypted") this.#receive(event.content);
    for (const [roomId, room] of Object.entries(answer.rooms?.join ?? {})) {
      const events = room.timeline.events.filter((event) => event.type === "m.room.encrypted");
      this.rooms.set(roomId, [...(this.rooms.get(roomId) ?? []), ...events]);
    }
  }

  #receive({ sender_key, ciphertext }) {
    const message = ciphertext[this.keys.curve25519];
    if (!message) return;
    const kept = this.sessions.filter(([key]) => key === sender_key);
    for (const entry of kept) {
      if (message.type === 0 && !entry[1].matches_inbound(message.body)) continue;
      try {
        return this.#received(entry, message);
      } catch (error) {
        if (message.type === 0) throw error; // else it is of another session
      }
    }
    const session = new Olm.Session();
    session.create_inbound_from(this.account, sender_key, message.body);
    this.account.remove_one_time_keys(session);
    const entry = [sender_key, session, 0];
    this.sessions.unshift(entry);
    this.#received(entry, message);
  }

  #received(entry, message) {
    const event = JSON.parse(entry[1].decrypt(message.type, message.body));
    entry[2] = this.#clock++;
    this.toDevice.push({ type: event.type, sender: event.sender, kind: message.type });
    if (event.type === "m.room_key") this.#keepRoomKey(event.content, { curve25519: entry[0], ed25519: event.keys.ed25519 });
  }

  /** The texts in a room. */
  read(roomId) {
    return this.rooms.get(roomId).map(({ content: { session_id, ciphertext } }) => {
      const kept = this.inbound.get(session_id);
      return kept ? JSON.parse(kept.session.decrypt(ciphertext).plaintext).content.body : "unknown session";
    });
  }

  /** What it keeps, as it stands in the tables of matrix-js-sdk. */
  kept() {
    return {
      pickleKey: PICKLE_KEY,
      account: this.account.pickle(PICKLE_KEY),
      sessions: this.sessions.map(([deviceKey, session, lastReceivedMessageTs]) => ({
        ...{ deviceKey, sessionId: session.session_id(), session: session.pickle(PICKLE_KEY), lastReceivedMessageTs },
      })),
      groupSessions: [...this.inbound].map(([sessionId, { senderCurve25519Key, session, data }]) => ({
        ...{ senderCurve25519Key, sessionId, session: { ...data, session: session.pickle(PICKLE_KEY) } },
      })),
      rooms: new Map([...this.rooms.keys()].map((roomId) => [roomId, { algorithm: algorithms[1], rotation_period_msgs: 50 }])),
    };
  }
}
