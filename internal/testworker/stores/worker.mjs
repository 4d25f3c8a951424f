// A Worker that runs the conformance suite, for stores of both kinds, each case at
// a place of its own.
import { d1Store, durableStore } from "mudpuppy/cloudflare";
import { storeConformance } from "mudpuppy/store-conformance";

/** What opens stores of a kind at a place. */
const kinds = {
  durable: (storage) => (name) => durableStore(storage, { name }),
  d1: (_, { DB }) => (name) => d1Store(DB, { name }),
};

export class Place {
  constructor({ storage }, env) {
    this.storage = storage;
    this.env = env;
  }

  async fetch(request) {
    const { kind, name, seed } = await request.json();
    const open = kinds[kind](this.storage, this.env);
    const place = crypto.randomUUID();
    const [found] = storeConformance(() => () => open(place), { seed }).filter((c) => c.name === name);
    try {
      await found.run();
      return new Response("ok");
    } catch (error) {
      return new Response(error.stack);
    }
  }
}

export default {
  async fetch(request, env) {
    if (request.method === "GET") return Response.json(storeConformance(() => {}).map(({ name }) => name));
    return env.PLACE.get(env.PLACE.newUniqueId()).fetch(request);
  },
};
