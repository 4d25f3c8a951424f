import type { MachineErrorCode } from "../machine/client.js";
import type { GoErrorCode } from "../olm/client.js";

/** The codes of the errors that do not come from Go. */
export type BridgeErrorCode =
  /** An argument of the wrong type or form; the message names it. */
  | "ERR_ARGUMENT"
  /** A string or array too long to be taken. Nothing of it was copied. */
  | "ERR_SIZE"
  /** `await init()` has to come first. */
  | "ERR_NOT_READY"
  /** `free()` was called a second time. */
  | "ERR_DOUBLE_FREE"
  /** A call from within another one, which only a replaced `crypto.getRandomValues` can make. */
  | "ERR_BUSY"
  /** A fault in Mudpuppy. It goes on working. */
  | "ERR_INTERNAL"
  /** A fault that ended the WebAssembly program. Every later call says so; load the page anew. */
  | "ERR_CRASHED"
  /** There is no WebAssembly, or it is too old. */
  | "ERR_UNSUPPORTED"
  /** There is no `crypto.getRandomValues`. */
  | "ERR_RANDOMNESS"
  /** The Content-Security-Policy forbids WebAssembly: add `'wasm-unsafe-eval'` to its script-src. */
  | "ERR_CSP"
  /** The .wasm file could not be loaded. */
  | "ERR_FETCH"
  /** What was loaded is not the .wasm file. */
  | "ERR_NOT_WASM"
  /** The signal that was given was aborted. */
  | "ERR_ABORTED"
  /** An attachment comes from a blob or a stream that could not be read to its end; `cause` is why. */
  | "ERR_ATTACHMENT_SOURCE"
  /** An attachment is longer than `maxBytes`. Nothing of it was decrypted. */
  | "ERR_ATTACHMENT_TOO_LARGE"
  /** The homeserver refused a request, or did not answer: see `RequestError`. */
  | "ERR_REQUEST"
  /** The worker that hosts the machine could not be started, or has ended: open the machine anew. */
  | "ERR_WORKER"
  /** Another tab, or the worker, runs another version of Mudpuppy: load the tabs anew. */
  | "ERR_OTHER_VERSION"
  /** Another tab has the machine, and is the one to do this. */
  | "ERR_GUEST"
  /** The tab that had the machine has ended in the midst of the call: nobody knows whether it was done. */
  | "ERR_INTERRUPTED";

/** All codes of a {@link MudpuppyError}. */
export type ErrorCode = GoErrorCode | MachineErrorCode | BridgeErrorCode;

/** Those after which the same call may succeed later. */
const retryable: readonly ErrorCode[] = [
  "ERR_FETCH",
  "ERR_ABORTED",
  "ERR_NOT_READY",
  "ERR_STORE_BUSY",
  "ERR_STORE_BLOCKED",
  "ERR_STORE_LOST",
  "ERR_UNKNOWN_SESSION",
];

/** Every error that Mudpuppy throws. Its message holds no secret. */
export class MudpuppyError extends Error {
  /** What went wrong, one of a closed list. */
  readonly code: ErrorCode;

  /** Whether the same call may succeed later. */
  readonly retryable: boolean;

  /** @internal */
  constructor(code: ErrorCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = "MudpuppyError";
    this.code = code;
    this.retryable = retryable.includes(code);
  }
}
