/**
 * Olm and Megolm by themselves.
 *
 * @module mudpuppy/olm
 */
// The types of all entries mudpuppy/olm, and what they have in common.
import type { InitOptions } from "../loader/init.js";

export { MudpuppyError } from "../bridge/errors.js";
export type { BridgeErrorCode, ErrorCode } from "../bridge/errors.js";
export type { Handle } from "../bridge/handle.js";
export { isSupported } from "../loader/init.js";
export type { InitOptions } from "../loader/init.js";
export * from "./client.js";

/**
 * Loads and starts the WebAssembly module. Everything else needs it to have
 * succeeded. It may be called any number of times: once loaded it does nothing,
 * and after a failure it tries again.
 *
 * It throws ERR_UNSUPPORTED, ERR_RANDOMNESS, ERR_CSP, ERR_FETCH, ERR_NOT_WASM,
 * ERR_ABORTED or ERR_CRASHED.
 */
export declare function init(options?: InitOptions): Promise<void>;
