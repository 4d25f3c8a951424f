// Whom room keys were given to: noted from what goes to the homeserver, to show it
// beside each message.
import type { Content } from "../matrix/types";
import { change, get } from "../storage/database";

/** A device that was given the key of a session, or told why it is not. */
export interface Recipient {
  userId: string;
  deviceId: string;
  /** A new Olm session was begun with it, an old one used, or it got no key. */
  how: "new session" | "known session" | "withheld";
  /** Why it got no key. */
  reason?: string;
  at: number;
}

type Messages = Record<string, Record<string, Content>>;

const isPreKeyMessage = (content: Content) =>
  Object.values((content["ciphertext"] ?? {}) as Record<string, Content>).some(({ type }) => type === 0);

export class Recipients {
  #sharing: Promise<unknown> = Promise.resolve();
  /** Those of the sharing that goes on, if one does. */
  #found: Recipient[] | undefined;
  /** The tab that owns the machine sends for the others, and tells them. */
  readonly #others = new BroadcastChannel("mudpuppy-chat recipients");

  constructor() {
    this.#others.onmessage = ({ data }: MessageEvent<Recipient[]>) => this.#found?.push(...data);
  }

  /** A fetch that notes for whom keys pass. */
  watch(inner: typeof fetch): typeof fetch {
    return async (input, options) => {
      const response = await inner(input, options);
      const [, type] = /\/sendToDevice\/(m\.room\.encrypted|m\.room_key\.withheld)\//.exec(String(input)) ?? [];
      if (type && response.ok) this.#read(type, JSON.parse(String(options?.body)));
      return response;
    };
  }

  #read(type: string, body: { messages?: Messages }): void {
    const found: Recipient[] = [];
    for (const [userId, devices] of Object.entries(body.messages ?? {})) {
      for (const [deviceId, content] of Object.entries(devices)) {
        const withheld = type === "m.room_key.withheld";
        const how = withheld ? "withheld" : isPreKeyMessage(content) ? "new session" : "known session";
        found.push({ userId, deviceId, how, at: Date.now(), ...(withheld && { reason: String(content["code"]) }) });
      }
    }
    this.#found?.push(...found);
    this.#others.postMessage(found);
  }

  /** Does what gives away the key of a room, one room at a time, so that it is known for which. */
  during<Result>(roomId: string, act: (note: (sessionId: string) => Promise<void>) => Promise<Result>): Promise<Result> {
    const begin = () => {
      this.#found = [];
      return act((sessionId) => this.#keep(roomId, sessionId)).finally(() => (this.#found = undefined));
    };
    const result = this.#sharing.then(begin, begin);
    this.#sharing = result.catch(() => {});
    return result;
  }

  async #keep(roomId: string, sessionId: string): Promise<void> {
    const found = this.#found?.splice(0) ?? [];
    if (found.length === 0) return;
    await change(["recipients", [roomId, sessionId], [...(await this.of(roomId, sessionId)), ...found]]);
  }

  /** Whom this device gave the key of a session to. */
  async of(roomId: string, sessionId: string): Promise<Recipient[]> {
    return (await get<Recipient[]>("recipients", [roomId, sessionId])) ?? [];
  }

  close(): void {
    this.#others.close();
  }
}
