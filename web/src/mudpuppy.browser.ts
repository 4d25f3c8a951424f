// Browsers, and what is like them: the module is fetched from beside this file.
import kernel from "../../internal/aes/simd/kernel.wasm";
import { startWorkersBy } from "./hosting/worker.js";
import { fetchFailed } from "./loader/compile.js";
import { makeInit } from "./loader/init.js";
import { full } from "./machine/slot.js";

export * from "./machine/index.js";

export const init = makeInit(full, {
  kernel,
  isBrowser: true,
  load: (url, signal) => {
    const from = url ?? new URL("./mudpuppy.wasm", import.meta.url);
    return fetch(from, { signal }).catch(fetchFailed(from));
  },
});

startWorkersBy((url) =>
  url === undefined
    ? new Worker(new URL("./mudpuppy.worker.js", import.meta.url), { type: "module" })
    : new Worker(url, { type: "module" }),
);
