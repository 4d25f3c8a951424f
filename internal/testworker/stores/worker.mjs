// A Worker with stores of both kinds, for tests: it runs the conformance suite, each
// case at a place of its own, and commits and loads what it is told.
import { d1Store, durableStore } from "mudpuppy/cloudflare";
import { storeConformance } from "mudpuppy/store-conformance";

/** What opens stores of a kind at a place. */
const kinds = {
  durable: ({ storage }) => (name) => durableStore(storage, { name }),
  d1: (_, { DB }) => (name) => d1Store(DB, { name }),
};

const bytes = (text) => new TextEncoder().encode(text);

export class Place {
  constructor(state, env) {
    this.state = state;
    this.env = env;
    this.stores = {};
  }

  async fetch(request) {
    const { kind, call, ...rest } = await request.json();
    try {
      return Response.json((await this[call](kind, rest)) ?? null);
    } catch (error) {
      return Response.json({ code: error.code, message: error.stack }, { status: 500 });
    }
  }

  open(kind) {
    return kinds[kind](this.state, this.env);
  }

  /** Runs a case of the suite. */
  async run(kind, { name, seed }) {
    const place = crypto.randomUUID();
    const [found] = storeConformance(() => () => this.open(kind)(place), { seed }).filter((c) => c.name === name);
    await found.run();
  }

  #store(kind) {
    return (this.stores[kind] ??= this.open(kind)("a device"));
  }

  async commit(kind, { epoch, claim = false, relaxed = false, puts = [], deletes = [] }) {
    const records = puts.map((record) => ({ ...record, value: bytes(record.value) }));
    await this.#store(kind).commit(epoch, { claim, relaxed, sealed: false, puts: records, deletes });
  }

  /** Loads all records of a table, page by page. */
  async load(kind, { table }) {
    const records = [];
    for (let after; ; ) {
      const page = await this.#store(kind).load({ table, after });
      records.push(...page.records.map(({ key, value }) => [key, new TextDecoder().decode(value)]));
      after = page.next;
      if (!after) return { epoch: page.epoch, records: Object.fromEntries(records) };
    }
  }
}

export default {
  async fetch(request, env) {
    if (request.method === "GET") return Response.json(storeConformance(() => {}).map(({ name }) => name));
    const { pathname } = new URL(request.url);
    return env.PLACE.get(env.PLACE.idFromName(pathname)).fetch(request);
  },
};
