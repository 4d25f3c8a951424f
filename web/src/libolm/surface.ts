// The surface of @matrix-org/olm 3.2.15, under its own names.
export { Account } from "./account.js";
export { InboundGroupSession, OutboundGroupSession } from "./group.js";
export { PkDecryption, PkEncryption, PkSigning, PRIVATE_KEY_LENGTH } from "./pk.js";
export { SAS } from "./sas.js";
export { Session } from "./session.js";
export { Utility } from "./utility.js";

/** The version of libolm that this stands in for. */
export function get_library_version(): [number, number, number] {
  return [3, 2, 15];
}

/**
 * Loads and starts the WebAssembly module. Everything else needs it to have
 * succeeded. The options are those of `init` of mudpuppy/olm; those of
 * Emscripten have no meaning here.
 */
export declare function init(opts?: object): Promise<void>;
