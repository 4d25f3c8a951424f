/**
 * Tells what a store holds in tables, counts, sizes and use of indexes, never
 * what its keys and values are:
 *
 * ```js
 * import { inspect, print } from "mudpuppy/inspect";
 *
 * console.log(print(await inspect(store)));
 * ```
 *
 * @module
 */
export { inspectIndexedDB } from "./indexeddb.js";
export { print } from "./print.js";
export { inspect } from "./store.js";
export type { IndexInspection, Inspection, TableInspection } from "./types.js";
