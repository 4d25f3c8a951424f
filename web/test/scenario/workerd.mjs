// The scenario in a Cloudflare Worker, which answers a request with the outcome.
import { play } from "./play.mjs";

export default {
  fetch: async () => Response.json(await play()),
};
