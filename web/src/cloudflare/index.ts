/**
 * Stores for Cloudflare Workers, and Durable Objects that are programs in Go.
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
export { GoObject, type ObjectState } from "./object.js";
export type { NameOptions } from "./rows.js";
