// The program of mudpuppy's main entry.
import { attach, hasCrashed, imports, markCrashed, readErrorsBy, running, takeHanded } from "../bridge/promises.js";
import type { Slot } from "../loader/init.js";
import { takeDetails } from "./errors.js";
import { putRecords } from "./putrecords.js";

/** What Go asks the platform for by name. Functions of the platform must be called as its own. */
const asked = ["AbortController", "BroadcastChannel", "IDBKeyRange", "IDBTransaction", "IDBVersionChangeEvent", "Promise", "Symbol", "indexedDB", "navigator"];
const called = ["clearInterval", "clearTimeout", "setInterval", "setTimeout"];

export const full: Slot = {
  file: "mudpuppy.wasm",
  extras() {
    const globals: Record<string, unknown> = { mudpuppyHanded: takeHanded, mudpuppyPutRecords: putRecords };
    for (const name of asked) globals[name] = globalOf(name);
    for (const name of called) globals[name] = (globalOf(name) as Function).bind(globalThis);
    return { imports, globals };
  },
  running,
  hasCrashed,
  attach(exports, program) {
    readErrorsBy(takeDetails);
    attach(exports, program);
  },
  markCrashed,
};

/** Some browsers throw for what a page is not allowed. */
function globalOf(name: string): unknown {
  try {
    return (globalThis as Record<string, unknown>)[name];
  } catch {
    return undefined;
  }
}
