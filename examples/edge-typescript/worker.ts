// A Worker that says in an encrypted room what is posted to it: the least there is to
// it. One Durable Object is one device of an account.
import { connect, type Connection, init, OlmMachine } from "mudpuppy";
import { type DurableStorage, durableStore } from "mudpuppy/cloudflare";

interface Env {
  ACCOUNT: { getByName(name: string): { fetch(request: Request): Promise<Response> } };
  HOMESERVER: string;
  USER_ID: string;
  DEVICE_ID: string;
  ACCESS_TOKEN: string; // of that device, which nothing else uses
  KEY: string; // seals the store: 32 random bytes in base64
  SECRET: string; // what the caller must know
}

interface State {
  storage: DurableStorage;
  blockConcurrencyWhile<T>(callback: () => Promise<T>): Promise<T>;
}

export class Account {
  readonly #env: Env;
  #machine!: OlmMachine;
  #connection!: Connection;
  #last: Promise<unknown> = Promise.resolve();

  constructor(state: State, env: Env) {
    this.#env = env;
    void state.blockConcurrencyWhile(() => this.#open(durableStore(state.storage)));
  }

  async #open(store: ReturnType<typeof durableStore>): Promise<void> {
    const { HOMESERVER: baseUrl, USER_ID: userId, DEVICE_ID: deviceId, ACCESS_TOKEN: accessToken, KEY } = this.#env;
    await init();
    const key = Uint8Array.from(atob(KEY), (character) => character.charCodeAt(0));
    this.#machine = await OlmMachine.open({ userId, deviceId, store, key });
    this.#connection = connect(this.#machine, { baseUrl, accessToken });
  }

  /** Says what is posted to /ROOM, one after the other. */
  async fetch(request: Request): Promise<Response> {
    const room = decodeURIComponent(new URL(request.url).pathname.slice(1));
    const body = await request.text();
    const said = this.#last.then(() => this.#say(room, body));
    this.#last = said.catch(() => {});
    return Response.json({ event_id: await said });
  }

  async #say(room: string, body: string): Promise<string> {
    await this.#sync();
    const path = `rooms/${encodeURIComponent(room)}`;
    const { joined } = await this.#ask("GET", `${path}/joined_members`);
    const content = await this.#connection.encrypt(room, Object.keys(joined), "m.room.message", { msgtype: "m.text", body });
    const { event_id } = await this.#ask("PUT", `${path}/send/m.room.encrypted/${crypto.randomUUID()}`, content);
    return event_id;
  }

  /** Hears what has changed since the last time: who has which devices, and which rooms are encrypted. */
  async #sync(): Promise<void> {
    const since = this.#machine.syncToken;
    await this.#machine.receiveSync(await this.#ask("GET", `sync?timeout=0${since ? `&since=${encodeURIComponent(since)}` : ""}`));
    await this.#connection.pump();
    if ((await this.#machine.crossSigningStatus()).master) return;
    await this.#machine.setUpCrossSigning(false); // so that others need not be warned of it
    await this.#connection.pump();
  }

  async #ask(method: string, path: string, content?: unknown): Promise<any> {
    const response = await fetch(`${this.#env.HOMESERVER}/_matrix/client/v3/${path}`, {
      method,
      headers: { authorization: `Bearer ${this.#env.ACCESS_TOKEN}`, "content-type": "application/json" },
      ...(content === undefined ? {} : { body: JSON.stringify(content) }),
    });
    if (!response.ok) throw new Error(`${method} ${path.split("?")[0]}: ${response.status}`);
    return response.json();
  }
}

export default {
  async fetch(request: Request, env: Env): Promise<Response> {
    if (request.method !== "POST") return new Response("post what is to be said to /ROOM\n", { status: 405 });
    if (!env.SECRET) return new Response("there is no SECRET\n", { status: 500 }); // and not one that is called undefined
    if (!(await isSecret(request.headers.get("authorization") ?? "", `Bearer ${env.SECRET}`))) return new Response("no\n", { status: 401 });
    try {
      return await env.ACCOUNT.getByName(env.USER_ID).fetch(request);
    } catch (error) {
      return new Response(`${(error as Error).message}\n`, { status: 502 });
    }
  },
};

/** Compares texts in a time that does not depend on them. */
async function isSecret(shown: string, secret: string): Promise<boolean> {
  const digest = async (text: string) => new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text)));
  const [a, b] = [await digest(shown), await digest(secret)];
  return a.reduce((difference, byte, i) => difference | (byte ^ b[i]!), 0) === 0;
}
