// Cloudflare Workers compile modules when the worker is deployed, not later.
import kernel from "./kernel.wasm";
import { fetchFailed } from "./loader/compile.js";
import { makeInit } from "./loader/init.js";
import { olm } from "./olm/slot.js";
import module from "./olm.wasm";

export * from "./olm/index.js";

export const init = makeInit(olm, {
  kernel,
  load: async (url, signal) => (url === undefined ? module : fetch(url, { signal }).catch(fetchFailed(url))),
});
