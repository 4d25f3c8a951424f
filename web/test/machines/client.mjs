// A client around a machine, as an application would write it, for tests.
import { connect, init, memoryStore, OlmMachine } from "mudpuppy";

/** Where machines live: here, unless the address of the page asks for a worker. */
const hosting = globalThis.location?.search === "?worker" ? { worker: true } : {};

if (!hosting.worker) await init();

/** The address of the homeserver, which is called by a function in place of fetch. */
export const baseUrl = "https://homeserver.test";

export const key = new Uint8Array(32).fill(7);

export class Client {
  static key = key;
  static hosting = hosting;

  /** Events to this device, and undecrypted events of rooms, that came. */
  toDevice = [];
  rooms = new Map();

  static async open(server, userId, deviceId, { store = memoryStore(), fetch = server.fetch, authenticate, ...options } = {}) {
    await server.login(userId, deviceId);
    const client = new Client();
    client.server = server;
    client.store = store;
    client.token = `${userId} ${deviceId}`;
    client.machine = await OlmMachine.open({ ...hosting, userId, deviceId, store, key, policy: "all_devices", ...options });
    client.connection = connect(client.machine, { baseUrl, accessToken: client.token, fetch, authenticate });
    return client;
  }

  /** A request that is the application's own. */
  async call(method, path, body) {
    const response = await this.server.fetch(`${baseUrl}/_matrix/client/v3/${path}`, {
      method,
      headers: { authorization: `Bearer ${this.token}` },
      body: body && JSON.stringify(body),
    });
    const answer = await response.json();
    if (!response.ok) throw new Error(`${path}: ${JSON.stringify(answer)}`);
    return answer;
  }

  async sync() {
    const since = this.machine.syncToken;
    const answer = await this.call("GET", `sync?timeout=0${since && `&since=${since}`}`);
    this.toDevice.push(...(await this.machine.receiveSync(answer)));
    for (const [roomId, room] of Object.entries(answer.rooms?.join ?? {})) {
      const list = this.rooms.get(roomId) ?? [];
      list.push(...room.timeline.events.filter((event) => event.type === "m.room.encrypted"));
      this.rooms.set(roomId, list);
    }
    await this.connection.pump();
  }

  async say(roomId, members, text) {
    const content = await this.connection.encrypt(roomId, members, "m.room.message", { msgtype: "m.text", body: text });
    const { event_id } = await this.call("PUT", `rooms/${encodeURIComponent(roomId)}/send/m.room.encrypted/${Math.random()}`, content);
    return event_id;
  }

  /** The texts in a room, or the codes of errors. */
  read(roomId) {
    return Promise.all(
      (this.rooms.get(roomId) ?? []).map((event) =>
        this.machine.decrypt(roomId, event).then(
          ({ event }) => event.content.body,
          (error) => error.code,
        ),
      ),
    );
  }
}

/** Makes an encrypted room that everybody is in, and has them know of each other. */
export async function makeRoom(...clients) {
  const [first, ...others] = clients;
  const encryption = { type: "m.room.encryption", state_key: "", content: { algorithm: "m.megolm.v1.aes-sha2" } };
  const { room_id: roomId } = await first.call("POST", "createRoom", { preset: "public_chat", initial_state: [encryption] });
  for (const other of others) await other.call("POST", `rooms/${encodeURIComponent(roomId)}/join`, {});
  for (let i = 0; i < 2; i++) for (const client of clients) await client.sync();
  return roomId;
}
