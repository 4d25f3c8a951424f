// The program to measure the bridge with, loaded as mudpuppy/olm loads its own.
import kernel from "../../internal/aes/simd/kernel.wasm";
import { makeInit } from "../../web/src/loader/init.js";
import { olm } from "../../web/src/olm/slot.js";

export * from "./client.js";

export const init = makeInit(olm, {
  kernel,
  isBrowser: typeof document === "object",
  load: async (url) => fetch(url as URL),
});
