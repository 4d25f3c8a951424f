// Vercel's edge runtime does not let programs compile either. Its bundlers know
// ?module as a module that is compiled when it is deployed.
import kernel from "./kernel.wasm?module";
import { fetchFailed } from "./loader/compile.js";
import { makeInit } from "./loader/init.js";
import { full } from "./machine/slot.js";
import module from "./mudpuppy.wasm?module";

export * from "./machine/index.js";

export const init = makeInit(full, {
  kernel,
  load: async (url, signal) => (url === undefined ? module : fetch(url, { signal }).catch(fetchFailed(url))),
});
