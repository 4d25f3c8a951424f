// Everything in one file, for bundlers that do not copy .wasm files. It is a
// third larger.
import kernel from "../../internal/aes/simd/kernel.wasm";
import bytes from "../build/olm.wasm";
import { fetchFailed } from "./loader/compile.js";
import { makeInit } from "./loader/init.js";
import { olm } from "./olm/slot.js";

export * from "./olm/index.js";

export const init = makeInit(olm, {
  kernel,
  isBrowser: true,
  load: async (url, signal) => (url === undefined ? bytes : fetch(url, { signal }).catch(fetchFailed(url))),
});
