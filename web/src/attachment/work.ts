// What long work has in common: it can be aborted, tells how far it is, and lets
// others have their turn.
import { fieldsOf, refuse } from "../bridge/arguments.js";
import { MudpuppyError } from "../bridge/errors.js";
import { type Program, programOf } from "../hosting/program.js";
import { checkSignal, checkWorker, type MachineOptions } from "../machine/options.js";
import type { Logger } from "../machine/news.js";

/** How the work on an attachment is watched, and ended, and where it is done. */
export interface AttachmentOptions extends Pick<MachineOptions, "worker" | "init"> {
  /** Is told now and then how many bytes are done, of how many, if that is known. */
  onProgress?: ((done: number, total: number | undefined) => void) | undefined;
  /** Gives up. */
  signal?: AbortSignal | undefined;
  /** Where it is noted that `onProgress` has thrown. */
  logger?: Logger | undefined;
}

/** Work that is under way. */
export class Work {
  readonly #options: AttachmentOptions;
  #cancelled: MudpuppyError | undefined;
  #leave = () => {};

  constructor(options: unknown) {
    const [onProgress, signal, logger, worker, init] = fieldsOf("the options", options, "onProgress", "signal", "logger", "worker", "init");
    if (onProgress !== undefined && typeof onProgress !== "function") throw refuse("onProgress", "a function");
    if (signal !== undefined) checkSignal(signal);
    checkWorker(worker);
    this.#options = { onProgress, signal, logger, worker, init } as AttachmentOptions;
  }

  /** @internal The program that does what the platform cannot do. */
  get program(): Program {
    return programOf(this.#options.worker, this.#options.init);
  }

  /** Ends the work, as the signal does. */
  cancel(reason: unknown): void {
    this.#cancelled = aborted(reason);
    this.#leave();
  }

  /** Throws if the work is to end. */
  check(): void {
    if (this.#cancelled) throw this.#cancelled;
    const why = this.#ask((signal) => signal.aborted && { reason: signal.reason as unknown });
    if (why) throw aborted(why.reason);
  }

  /** Asks the signal, which may be of the caller's own making. */
  #ask<T>(question: (signal: AbortSignal) => T): T | undefined {
    const { signal } = this.#options;
    try {
      return signal && question(signal);
    } catch (cause) {
      throw refuse("signal", "an AbortSignal", cause);
    }
  }

  /** Waits for what may never come, unless the work is to end. */
  async wait<T>(promise: Promise<T>): Promise<T> {
    promise.catch(() => {}); // nobody may wait for it any more
    const ended = new Promise<void>((resolve) => {
      this.#leave = resolve;
    });
    const leave = this.#leave;
    this.#ask((signal) => signal.addEventListener("abort", leave, { once: true }));
    try {
      this.check();
      const value = await Promise.race([promise, ended]);
      this.check();
      return value as T;
    } finally {
      this.#ask((signal) => signal.removeEventListener("abort", leave));
    }
  }

  /** Tells how far the work is. */
  tell(done: number, total: number | undefined): void {
    const { onProgress, logger } = this.#options;
    try {
      onProgress?.(done, total);
    } catch (error) {
      try {
        logger?.error?.(`onProgress has thrown: ${error}`);
      } catch {
        // nor does a logger hold up anything
      }
    }
  }

  /** Has something done for each part of some bytes, with pauses. */
  async each(bytes: Uint8Array, length: number, act: (part: Uint8Array) => Promise<void>): Promise<void> {
    for (let from = 0; from < bytes.length; from += length) {
      await act(bytes.subarray(from, from + length));
      await this.pause();
    }
  }

  /** Lets the page do what is waiting, after a piece that took its time. */
  async pause(): Promise<void> {
    await turn();
    this.check();
  }
}

function aborted(reason: unknown): MudpuppyError {
  return new MudpuppyError("ERR_ABORTED", "the work was aborted", reason);
}

/**
 * Resolves in a task of its own, when all that waits already had its turn: not as
 * scheduler.yield, which comes before timers and answers of the network. Timers would
 * do, but browsers have them wait for 4 ms, and for a second in the background.
 */
function turn(): Promise<void> {
  const { setImmediate } = globalThis as { setImmediate?: (f: () => void) => void };
  return new Promise((resolve) => {
    if (typeof setImmediate === "function") return setImmediate(resolve);
    if (typeof MessageChannel !== "function") return setTimeout(resolve);
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(undefined);
  });
}
