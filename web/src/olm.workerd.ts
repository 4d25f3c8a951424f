// Cloudflare Workers compile modules when the worker is deployed, not later.
import { fetchFailed } from "./loader/compile.js";
import { makeInit } from "./loader/init.js";
import module from "./olm.wasm";

export * from "./olm/index.js";

export const init = makeInit({
  // No kernel: the host makes it from bytes, which workerd does not allow.
  load: async (url, signal) => (url === undefined ? module : fetch(url, { signal }).catch(fetchFailed(url))),
});
