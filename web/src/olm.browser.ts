// Browsers, and what is like them: the module is fetched from beside this file.
import kernel from "../../internal/aes/simd/kernel.wasm";
import { fetchFailed } from "./loader/compile.js";
import { makeInit } from "./loader/init.js";
import { olm } from "./olm/slot.js";

export * from "./olm/index.js";

export const init = makeInit(olm, {
  kernel,
  isBrowser: true,
  load: (url, signal) => {
    const from = url ?? new URL("./olm.wasm", import.meta.url);
    return fetch(from, { signal }).catch(fetchFailed(from));
  },
});
