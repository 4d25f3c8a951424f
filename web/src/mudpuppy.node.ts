// Node, Deno and Bun: the module is read from the file beside this one.
import { readFile } from "node:fs/promises";
import { Worker } from "node:worker_threads";
import kernel from "../../internal/aes/simd/kernel.wasm";
import { startWorkersBy, type WorkerLike } from "./hosting/worker.js";
import { fetchFailed } from "./loader/compile.js";
import { makeInit } from "./loader/init.js";
import { full } from "./machine/slot.js";

export * from "./machine/index.js";

export const init = makeInit(full, {
  kernel,
  load: async (url, signal) => {
    const from = url ?? new URL("./mudpuppy.wasm", import.meta.url);
    const load = /^https?:/.test(String(from)) ? fetch(from, { signal }) : readFile(from, { signal });
    return load.catch(fetchFailed(from));
  },
});

startWorkersBy((url) => new Worker(new URL(url ?? "./mudpuppy.worker.node.js", import.meta.url)) as unknown as WorkerLike);
