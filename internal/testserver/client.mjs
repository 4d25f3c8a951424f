// What client.go and rooms.go are to tests in Go, for tests in JavaScript.
import { randomUUID } from "node:crypto";

/** A device that is logged in. It knows nothing of encryption. */
export class Client {
  #url;

  constructor(url, { user_id, device_id, access_token }) {
    this.#url = url;
    this.userId = user_id;
    this.deviceId = device_id;
    this.accessToken = access_token;
  }

  /** Sends a request, whose body is the text of JSON or undefined, and returns the answer as it comes. */
  async send(method, path, body) {
    const headers = {};
    if (body !== undefined) headers["content-type"] = "application/json";
    if (this.accessToken) headers.authorization = `Bearer ${this.accessToken}`;
    const response = await fetch(this.#url + path, { method, headers, body });
    return { status: response.status, body: await response.text() };
  }

  /** Sends a request that is to succeed, and returns what the answer says. */
  async ask(method, path, request) {
    const { status, body } = await this.send(method, path, request && JSON.stringify(request));
    if (status !== 200) throw new Error(`${method} ${path}: ${status} ${body}`);
    return JSON.parse(body);
  }

  /** Makes a private, encrypted room and returns its id. */
  async createRoom(...invite) {
    const encryption = { type: "m.room.encryption", state_key: "", content: { algorithm: "m.megolm.v1.aes-sha2" } };
    const request = { preset: "private_chat", invite, initial_state: [encryption] };
    return (await this.ask("POST", "/_matrix/client/v3/createRoom", request)).room_id;
  }

  async invite(room, userId) {
    await this.ask("POST", inRoom(room, "invite"), { user_id: userId });
  }

  async join(room) {
    await this.ask("POST", inRoom(room, "join"), {});
  }

  async leave(room) {
    await this.ask("POST", inRoom(room, "leave"), {});
  }

  /** Sends an event as it is given, and returns its id. */
  async sendEvent(room, type, content) {
    return (await this.ask("PUT", inRoom(room, "send", type, randomUUID()), content)).event_id;
  }

  /**
   * Asks for what is new since the answer with that next_batch, or for all if
   * there is none, and waits for news at most so many milliseconds.
   */
  async sync({ since, filter, wait = 0 } = {}) {
    const query = new URLSearchParams({ timeout: wait });
    if (since) query.set("since", since);
    if (filter) query.set("filter", JSON.stringify(filter));
    return this.ask("GET", `/_matrix/client/v3/sync?${query}`);
  }
}

const inRoom = (room, ...path) => ["/_matrix/client/v3/rooms", ...[room, ...path].map(encodeURIComponent)].join("/");
