// Where a tab that shares a machine opens it as soon as it is the owner.
import type { InitOptions } from "../loader/init.js";
import { checkKey, type Key } from "../machine/client.js";
import type { WorkerOption } from "../machine/options.js";
import { type Ear, type Hosted, hostHere, type Wanted } from "./here.js";
import { hostOf, type WorkerHost } from "./worker.js";

/** How the machine of a tab is opened, if it is to be the owner. */
export interface Housing {
  open(wanted: Wanted, ear: Ear, signal?: AbortSignal): Promise<Hosted>;
  /** Whether that keeps the thread of the page busy, if there is a passphrase. */
  readonly isHere: boolean;
  /** Throws unless the key opens the store. */
  checkKey(): Promise<void>;
  /** Has ready what it takes to open, which may happen at any moment. It may be called again. */
  prepare(): void;
  /** Lets go of what was prepared, and is not in use. */
  rest(): void;
}

/** The housing for a store of a name, in the page or in a worker. The key is not overwritten. */
export function housingOf(worker: WorkerOption | undefined, init: InitOptions, name: string, key: Key): Housing {
  if (worker) return new InWorker(worker, init, name, key);
  return { isHere: true, open: hostHere, checkKey: () => checkKey(name, key), prepare() {}, rest() {} };
}

/** One worker at a time, with its program running while it may be needed soon: to start that takes longer than to open. */
class InWorker implements Housing {
  readonly isHere = false;
  readonly #start: () => WorkerHost;
  readonly #name: string;
  readonly #key: Key;
  #host: WorkerHost | undefined;
  #leave: (() => void) | undefined;

  constructor(worker: WorkerOption, init: InitOptions, name: string, key: Key) {
    this.#start = () => hostOf(worker, init);
    this.#name = name;
    this.#key = key;
  }

  open(wanted: Wanted, ear: Ear, signal?: AbortSignal): Promise<Hosted> {
    return this.#current().open(wanted, ear, signal);
  }

  checkKey(): Promise<void> {
    return this.#current().do({ do: "check", name: this.#name, key: this.#key });
  }

  prepare(): void {
    try {
      const host = this.#current();
      this.#leave ??= host.keep();
    } catch {
      // whoever opens a machine hears of it
    }
  }

  rest(): void {
    this.#leave?.();
    this.#leave = undefined;
  }

  #current(): WorkerHost {
    if (this.#host && !this.#host.ended) return this.#host;
    this.rest();
    return (this.#host = this.#start());
  }
}
