// Errors as libolm throws them: plain ones, whose message is all that tells
// them apart. Their cause is the error of mudpuppy/olm.
import { type ErrorCode, MudpuppyError } from "../bridge/errors.js";

type Codes = { readonly [code in ErrorCode]?: string };

// What mudpuppy/olm tells apart and libolm does not, stands here under one
// name. libolm has no name for a weak key, because it takes them.
const names: Codes = {
  ERR_CHAIN_EXHAUSTED: "BAD_MESSAGE_MAC",
  ERR_DECRYPT: "BAD_MESSAGE_MAC",
  ERR_FORMAT: "BAD_MESSAGE_FORMAT",
  ERR_IDENTITY_KEY: "BAD_MESSAGE_KEY_ID",
  ERR_KEY: "INVALID_BASE64",
  ERR_LEGACY_ACCOUNT: "BAD_LEGACY_ACCOUNT_PICKLE",
  ERR_MAC: "BAD_MESSAGE_MAC",
  ERR_MESSAGE_GAP: "BAD_MESSAGE_MAC",
  ERR_MESSAGE_KEY_GONE: "BAD_MESSAGE_MAC",
  ERR_PICKLE_CORRUPTED: "CORRUPTED_PICKLE",
  ERR_PICKLE_EXTRA_DATA: "OLM_PICKLE_EXTRA_DATA",
  ERR_PICKLE_KEY: "BAD_ACCOUNT_KEY",
  ERR_PICKLE_VERSION: "UNKNOWN_PICKLE_VERSION",
  ERR_SESSION_KEY: "BAD_SESSION_KEY",
  ERR_SIGNATURE: "BAD_SIGNATURE",
  ERR_UNKNOWN_INDEX: "UNKNOWN_MESSAGE_INDEX",
  ERR_UNKNOWN_ONE_TIME_KEY: "BAD_MESSAGE_KEY_ID",
  ERR_VERSION: "BAD_MESSAGE_VERSION",
  ERR_WEAK_KEY: "WEAK_KEY",
};

export function olmError(name: string, cause?: unknown): Error {
  return new Error(`OLM.${name}`, cause === undefined ? undefined : { cause });
}

/** Makes a call to mudpuppy/olm and throws its errors as libolm's, some of them under other names than usual. */
export function run<T>(call: () => T, others: Codes = {}): T {
  try {
    return call();
  } catch (error) {
    const name = error instanceof MudpuppyError ? (others[error.code] ?? names[error.code]) : undefined;
    throw name === undefined ? error : olmError(name, error);
  }
}

/** The same for a call that reads a message: if Mudpuppy takes it for none, `name` finds what libolm says. */
export function runRead<T>(call: () => T, name: (cause: unknown) => string): T {
  return run(() => {
    try {
      return call();
    } catch (error) {
      const unread = error instanceof MudpuppyError && (error.code === "ERR_FORMAT" || error.code === "ERR_VERSION");
      throw unread ? olmError(name(error), error) : error;
    }
  }, { ERR_WEAK_KEY: "BAD_MESSAGE_MAC" });
}
