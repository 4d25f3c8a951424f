// Everything in one file, for bundlers that do not copy .wasm files. It is a
// third larger.
import kernel from "../../internal/aes/simd/kernel.wasm";
import { MudpuppyError } from "./bridge/errors.js";
import bytes from "../build/mudpuppy.wasm";
import { startWorkersBy } from "./hosting/worker.js";
import { fetchFailed } from "./loader/compile.js";
import { makeInit } from "./loader/init.js";
import { full } from "./machine/slot.js";

export * from "./machine/index.js";

export const init = makeInit(full, {
  kernel,
  isBrowser: true,
  load: async (url, signal) => (url === undefined ? bytes : fetch(url, { signal }).catch(fetchFailed(url))),
});

startWorkersBy((url) => {
  if (url === undefined) throw new MudpuppyError("ERR_UNSUPPORTED", "there is no file for a worker: say which worker to use");
  return new Worker(url, { type: "module" });
});
