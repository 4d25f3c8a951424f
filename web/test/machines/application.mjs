// An application in several tabs of a browser, a homeserver, and somebody to talk to,
// who is in Node.
import { setTimeout } from "node:timers/promises";
import { outcomeOf } from "../browsers/page.mjs";
import { Client } from "./client.mjs";
import { Homeserver } from "./homeserver.mjs";
import { siteOfMachines } from "./site.mjs";

export const alice = "@alice:example.org";
export const bob = "@bob:example.org";
const filter = encodeURIComponent(JSON.stringify({ room: { timeline: { limit: 10_000 } } }));

/** Waits until a condition holds, for so many milliseconds. */
export async function until(what, condition, limit = 20_000) {
  for (const end = Date.now() + limit; !(await condition()); await setTimeout(20)) {
    if (Date.now() > end) throw new Error(`it did not come to this: ${what}`);
  }
}

/** A homeserver that knows what it was sent twice, as the specification has it, and may want users to authenticate. */
class Deduplicating extends Homeserver {
  #answers = new Map();
  wantsAuthentication = false;
  /** A part of the path of requests that are never answered, if there are such. */
  silentAbout = undefined;

  fetch = async (url, options) => {
    if (this.silentAbout && url.includes(this.silentAbout)) return new Promise(() => {});
    if (url.endsWith("/keys/device_signing/upload") && this.wantsAuthentication && !JSON.parse(options.body).auth) {
      return Response.json({ flows: [{ stages: ["m.login.dummy"] }], session: "s" }, { status: 401 });
    }
    if (options.method !== "PUT") return this.once(url, options);
    if (!this.#answers.has(url)) this.#answers.set(url, this.once(url, options));
    return (await this.#answers.get(url)).clone();
  };
}

export class Application {
  /** What Bob has read: { body, sessionId, index } by event id, and what he could not. */
  read = new Map();
  unread = new Map();
  said = 0;

  static async start(browser, where) {
    const app = new Application();
    app.browser = browser;
    app.where = where;
    app.homeserver = new Deduplicating();
    app.site = await siteOfMachines(app.homeserver);
    await app.homeserver.login(alice, "TABS");
    app.bob = await Client.open(app.homeserver, bob, "NODE", {});
    return app;
  }

  /** A new tab, whose functions are those of tabs.js. */
  async newTab() {
    const page = await this.browser.newPage();
    await page.goto(`${this.site.url}/tabs.html${this.where}`);
    await outcomeOf(page);
    const call = (name, ...args) => page.evaluate(([name, args]) => window.tab[name](...args), [name, args]);
    const names = await page.evaluate(() => Object.keys(window.tab));
    return { page, ...Object.fromEntries(names.map((name) => [name, (...args) => call(name, ...args)])) };
  }

  async open(tab, options) {
    const role = await tab.open(options);
    if (this.room) await tab.enter(this.room, [alice, bob]);
    return role;
  }

  /** Has Alice, in a tab, make a room with Bob. */
  async makeRoom(tab) {
    const encryption = { type: "m.room.encryption", state_key: "", content: { algorithm: "m.megolm.v1.aes-sha2" } };
    const { room_id: room } = await tab.call("POST", "createRoom", { preset: "public_chat", initial_state: [encryption] });
    await this.bob.call("POST", `rooms/${encodeURIComponent(room)}/join`, {});
    this.room = room;
    await tab.enter(room, [alice, bob]);
    // Whoever is not known yet when something is said, gets no key for it.
    await until("Bob knows Alice's device", async () => {
      await this.sync();
      return (await this.bob.machine.devices(alice)).length > 0;
    });
    await until("Alice knows Bob's device", async () => (await tab.do("devices", bob)).length > 0);
  }

  /** Has Bob receive what there is, and read it. */
  async sync() {
    const { bob } = this;
    const since = bob.machine.syncToken;
    const answer = await bob.call("GET", `sync?timeout=0&filter=${filter}${since && `&since=${since}`}`);
    await bob.machine.receiveSync(answer);
    for (const event of answer.rooms?.join?.[this.room]?.timeline.events ?? []) {
      if (event.type === "m.room.encrypted" && event.sender === alice) this.unread.set(event.event_id, event);
    }
    for (const [id, event] of this.unread) {
      try {
        const { event: clear, sessionId, index } = await bob.machine.decrypt(this.room, event);
        this.read.set(id, { body: clear.content.body, sessionId, index });
        this.unread.delete(id);
      } catch (error) {
        event.error = error.code;
      }
    }
    await bob.connection.pump();
  }

  async bobSays(text) {
    await this.bob.say(this.room, [alice, bob], text);
  }

  close() {
    this.site.close();
    this.homeserver.close();
  }
}
