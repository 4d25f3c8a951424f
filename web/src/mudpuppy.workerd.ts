// Cloudflare Workers compile modules when the worker is deployed, not later.
import kernel from "./kernel.wasm";
import { fetchFailed } from "./loader/compile.js";
import { makeInit } from "./loader/init.js";
import { full } from "./machine/slot.js";
import module from "./mudpuppy.wasm";

export * from "./machine/index.js";

export const init = makeInit(full, {
  kernel,
  load: async (url, signal) => (url === undefined ? module : fetch(url, { signal }).catch(fetchFailed(url))),
});
