// A browser that is not there, for tabs that share a machine: pages with Web Locks,
// BroadcastChannels and timers, in a time of its own, so that a test takes no longer
// than it must, and every run is the same. Pages can be closed, frozen, and kept busy.
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const source = (name) => JSON.stringify(fileURLToPath(new URL(`../../src/${name}`, import.meta.url)));

/** What is tested, as it is before it becomes the package: each page runs it anew. */
const { outputFiles } = await build({
  stdin: {
    contents: `
      export { Tab } from ${source("tabs/tab.ts")};
      export { pack, readPacked, takeText } from ${source("bridge/promises.ts")};`,
    resolveDir: fileURLToPath(new URL(".", import.meta.url)),
  },
  bundle: true,
  write: false,
  format: "iife",
  globalName: "tested",
  define: { MUDPUPPY_BUILD: '"test"' },
});
const names = ["navigator", "BroadcastChannel", "document", "setInterval", "clearInterval", "setTimeout", "Date"];
const run = new Function("scope", `with (scope) { ${outputFiles[0].text}; return tested; }`);

/** How long it takes until another page hears of something. */
const LATENCY = 1;

export class World {
  now = 0;
  #tasks = []; // { at, order, do }, as they come
  #order = 0;
  #locks = new Map(); // by name: { held, waiting }
  channels = new Set();
  pages = 0;

  /** Has something done after some time. */
  after(ms, act) {
    const task = { at: this.now + ms, order: ++this.#order, act };
    this.#tasks.push(task);
    return task;
  }

  cancel(task) {
    this.#tasks = this.#tasks.filter((other) => other !== task);
  }

  /** Lets time go by until a condition holds, or for some time. */
  async until(condition, limit = 60_000) {
    const end = this.now + limit;
    for (;;) {
      await new Promise(setImmediate); // all promises have their turn
      if (condition?.()) return true;
      this.#tasks.sort((a, b) => a.at - b.at || a.order - b.order);
      if (this.#tasks.length === 0 || this.#tasks[0].at > end) {
        this.now = end;
        return false;
      }
      const { at, act } = this.#tasks.shift();
      this.now = at;
      act();
    }
  }

  pass(ms) {
    return this.until(undefined, ms);
  }

  lock(name) {
    if (!this.#locks.has(name)) this.#locks.set(name, { held: undefined, waiting: [] });
    return this.#locks.get(name);
  }

  /** Gives a lock to the next who waits for it. */
  grant(name) {
    const lock = this.lock(name);
    if (lock.held || lock.waiting.length === 0) return;
    const request = (lock.held = lock.waiting.shift());
    request.page.task(LATENCY, () => request.granted());
  }

  letGo(request) {
    const lock = this.lock(request.name);
    if (lock.held === request) lock.held = undefined;
    lock.waiting = lock.waiting.filter((other) => other !== request);
    this.after(0, () => this.grant(request.name));
  }

  async query() {
    const said = ({ name, page }) => ({ name, clientId: page.id });
    const all = [...this.#locks.values()];
    return { held: all.filter(({ held }) => held).map(({ held }) => said(held)), pending: all.flatMap(({ waiting }) => waiting.map(said)) };
  }

  /** What a page that ends leaves behind. */
  forget(page) {
    for (const [, { held, waiting }] of this.#locks) {
      for (const request of [held, ...waiting]) if (request?.page === page) this.letGo(request);
    }
    for (const channel of [...this.channels]) if (channel.page === page) this.channels.delete(channel);
  }
}

const abortError = () => new DOMException("it was aborted", "AbortError");

export class Page {
  id;
  world;
  #alive = true;
  #stuck = 0; // how often at once
  #frozen = false;
  #held = []; // what is to be done when it can again
  #listeners = new Map();

  constructor(world) {
    this.world = world;
    this.id = `page ${++world.pages}`;
    const page = this;
    this.locks = { request: (...args) => this.#request(...args), query: () => world.query() };
    const scope = {
      navigator: { locks: this.locks },
      BroadcastChannel: class extends Channel {
        constructor(name) {
          super(page, name);
        }
      },
      document: { addEventListener: (type, listener) => this.#listeners.set(type, listener) },
      setTimeout: (act, ms = 0) => this.timer(ms, act),
      setInterval: (act, ms) => {
        const timer = {};
        const next = () => (timer.task = this.timer(ms, () => (next(), act())));
        next();
        return timer;
      },
      clearInterval: (timer) => timer && world.cancel(timer.task),
      Date: { now: () => 1_700_000_000_000 + world.now },
    };
    scope.globalThis = new Proxy(scope, { get: (_, name) => scope[name] ?? globalThis[name] });
    this.tested = run(new Proxy(scope, { has: (_, name) => name === "globalThis" || names.includes(name) }));
  }

  /** Has the page do something after some time, when it can. */
  task(ms, act) {
    return this.world.after(ms, () => this.#do(act, () => this.#stuck > 0));
  }

  /** The same for what does not happen in a frozen page: timers, and all that it has begun. */
  timer(ms, act) {
    return this.world.after(ms, () => this.#do(act, () => this.#stuck > 0 || this.#frozen));
  }

  #do(act, mustWait) {
    if (!this.#alive) return;
    if (mustWait()) this.#held.push(() => this.#do(act, mustWait));
    else act();
  }

  #goOn() {
    for (const act of this.#held.splice(0)) this.world.after(0, act);
  }

  /** Keeps its thread busy for a while. */
  stick(ms) {
    this.#stuck++;
    this.world.after(ms, () => {
      this.#stuck--;
      this.#goOn();
    });
  }

  /** As the browser freezes it: it hears messages, and its locks are granted, but nothing that it begins ends. */
  freeze() {
    this.#listeners.get("freeze")?.();
    this.#frozen = true;
  }

  thaw() {
    this.#frozen = false;
    this.#listeners.get("resume")?.();
    this.#goOn();
  }

  /** Ends it at once. */
  kill() {
    this.#alive = false;
    this.world.forget(this);
  }

  get isAlive() {
    return this.#alive;
  }

  #request(name, ...rest) {
    const [options, callback] = rest.length > 1 ? rest : [{}, rest[0]];
    const { world } = this;
    const { promise, resolve, reject } = Promise.withResolvers?.() ?? withResolvers();
    const request = { name, page: this };
    request.granted = async () => {
      try {
        resolve(await callback({ name }));
      } catch (error) {
        reject(error);
      }
      world.letGo(request);
    };
    request.robbed = () => this.task(LATENCY, () => reject(abortError()));
    const lock = world.lock(name);
    if (options.ifAvailable && (lock.held || lock.waiting.length > 0)) {
      this.task(LATENCY, async () => resolve(await callback(null)));
      return promise;
    }
    if (options.steal) {
      lock.held?.robbed();
      lock.held = undefined;
      lock.waiting.unshift(request);
    } else {
      lock.waiting.push(request);
    }
    options.signal?.addEventListener("abort", () => {
      if (!lock.waiting.includes(request)) return;
      world.letGo(request);
      reject(abortError());
    });
    world.grant(name);
    return promise;
  }
}

function withResolvers() {
  const all = {};
  all.promise = new Promise((resolve, reject) => Object.assign(all, { resolve, reject }));
  return all;
}

class Channel {
  onmessage = null;

  constructor(page, name) {
    this.page = page;
    this.name = name;
    page.world.channels.add(this);
  }

  postMessage(data) {
    const copy = structuredClone(data);
    for (const other of this.page.world.channels) {
      if (other === this || other.name !== this.name) continue;
      other.page.task(LATENCY, () => this.page.world.channels.has(other) && other.onmessage?.({ data: structuredClone(copy) }));
    }
  }

  close() {
    this.page.world.channels.delete(this);
  }
}
