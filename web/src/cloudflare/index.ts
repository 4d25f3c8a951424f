/**
 * Stores for Cloudflare Workers.
 *
 * ```ts
 * import { init, OlmMachine } from "mudpuppy";
 * import { durableStore } from "mudpuppy/cloudflare";
 * ```
 *
 * @module
 */
export { type D1, type D1Statement, d1Store } from "./d1.js";
export { type DurableStorage, durableStore } from "./durable.js";
export type { NameOptions } from "./rows.js";
