// The page's end of a worker that hosts machines.
import { type ErrorCode, MudpuppyError } from "../bridge/errors.js";
import { errorOf, type Home } from "../bridge/promises.js";
import type { InitOptions } from "../loader/init.js";
import type { Key, StoreReport } from "../machine/client.js";
import type { WorkerOption } from "../machine/options.js";
import { BuiltInStore } from "../machine/stores.js";
import type { Ear, Hosted, Wanted } from "./here.js";
import { build, type FromWorker, type Greeting, type Place, type ToWorker } from "./protocol.js";

/** What is used of a worker, whatever platform it is of. */
export interface WorkerLike {
  postMessage(message: unknown, transfer: Transferable[]): void;
  terminate?(): unknown;
  addEventListener?(type: "error", listener: (event: Event) => void): void;
  on?(type: "error" | "exit", listener: (cause: unknown) => void): void;
  ref?(): void;
  unref?(): void;
}

/** How a platform starts a worker: Mudpuppy's own, or the one at an address. */
export type StartWorker = (url: string | URL | undefined) => WorkerLike;

let startWorker: StartWorker | undefined;

/** Says how this platform starts workers. */
export function startWorkersBy(start: StartWorker): void {
  startWorker = start;
}

/** How long a worker of ours without a machine is kept for the next one, in milliseconds. */
const IDLE = 5000;

/** Workers that are shared by all machines that ask for the same one. */
const byAddress = new Map<string, WorkerHost>();
const byWorker = new WeakMap<object, WorkerHost>();

/** Opens a machine in a worker. */
export function hostInWorker(worker: WorkerOption, init: InitOptions, wanted: Wanted, ear: Ear, signal?: AbortSignal): Promise<Hosted> {
  return hostOf(worker, init).open(wanted, ear, signal);
}

/** Has a worker verify a store. */
export async function verifyInWorker(worker: WorkerOption, init: InitOptions, store: unknown, key: Key): Promise<StoreReport> {
  return hostOf(worker, init).do({ do: "verify", store: placeOf(store), key });
}

/** Has a worker delete a database. */
export async function deleteInWorker(worker: WorkerOption, init: InitOptions, name: string): Promise<void> {
  return hostOf(worker, init).do({ do: "delete", name });
}

function placeOf(store: unknown): Place {
  if (BuiltInStore.is(store)) return store.place();
  throw new MudpuppyError("ERR_ARGUMENT", "store must be indexedDBStore(name) or memoryStore() for a machine in a worker");
}

/** A key that can be handed over. */
export function copyOf({ raw, passphrase }: Key): Key & { raw: Uint8Array<ArrayBuffer>; passphrase: Uint8Array<ArrayBuffer> } {
  return { raw: raw.slice(), passphrase: passphrase.slice() };
}

/** Finds the worker that is meant, or starts it. */
export function hostOf(worker: WorkerOption, init: InitOptions): WorkerHost {
  if (typeof worker === "function") return new WorkerHost(worker, init, true);
  if (typeof worker === "object" && !(worker instanceof URL)) {
    return kept(byWorker, worker, () => new WorkerHost(() => worker, init, false));
  }
  const url = worker === true ? undefined : String(worker);
  return kept(byAddress, url ?? "", () => new WorkerHost(() => started(url), init, true));
}

function started(url: string | undefined): WorkerLike {
  if (!startWorker) throw new MudpuppyError("ERR_UNSUPPORTED", "there are no workers here: give one, or open the machine without");
  return startWorker(url);
}

function kept<K>(hosts: { get(key: K): WorkerHost | undefined; set(key: K, host: WorkerHost): unknown }, key: K, make: () => WorkerHost): WorkerHost {
  let host = hosts.get(key);
  if (!host || host.ended) hosts.set(key, (host = make()));
  return host;
}

/** A message before it has got its number. */
type Unnumbered<Message> = Message extends { call: number } ? Omit<Message, "call"> : never;

/** What has something made in the worker that gets a number of its own, and what goes over with it. */
type Said = [Unnumbered<ToWorker & { do: "open" | "encryptFile" | "decryptFile" | "beginMigration" }>, Transferable[]];

/** What reaches something in the worker. */
interface NumberedHome extends Home {
  readonly machine: number;
}

const silent: Ear = { news() {}, ended() {} };

/** What waits for a word of the worker. */
interface Waiting {
  resolve(value: never): void;
  reject(error: unknown): void;
}

export class WorkerHost {
  /** Why it has ended, if it has. */
  ended: MudpuppyError | undefined;
  readonly #worker: WorkerLike;
  readonly #isOurs: boolean;
  readonly #port: MessagePort;
  readonly #ready: Promise<unknown>;
  readonly #calls = new Map<number, Waiting>();
  readonly #machines = new Map<number, Ear>();
  #last = 0;
  #keepsMemory = false;

  constructor(start: () => WorkerLike, init: InitOptions, isOurs: boolean) {
    const { port1, port2 } = new MessageChannel();
    this.#port = port1;
    this.#isOurs = isOurs;
    try {
      this.#worker = start();
    } catch (cause) {
      if (cause instanceof MudpuppyError) throw cause;
      throw new MudpuppyError("ERR_WORKER", "the worker could not be started", cause);
    }
    this.#ready = new Promise((resolve, reject) => this.#calls.set(0, { resolve, reject }));
    this.#ready.catch(() => {}); // whoever opens a machine hears of it
    port1.onmessage = ({ data }: MessageEvent<FromWorker>) => this.#hear(data);
    port1.addEventListener("close", () => this.#end("the worker has ended")); // where there is this event
    const { url, module, bytes } = init;
    const greeting: Greeting = { mudpuppy: build, port: port2, init: { url: url && String(url), module, bytes } };
    this.#worker.postMessage(greeting, [port2]);
    const failed = (cause: unknown) => this.#calls.has(0) && this.#end("the worker could not be started", cause);
    this.#worker.addEventListener?.("error", (event) => failed((event as ErrorEvent).error ?? (event as ErrorEvent).message));
    this.#worker.on?.("error", failed);
    this.#worker.on?.("exit", () => this.#end("the worker has ended"));
    this.#hold();
  }

  async open({ store, key, ...wanted }: Wanted, ear: Ear, signal?: AbortSignal): Promise<Hosted> {
    const place = this.placeOf(store);
    const say = (machine: number): Said => {
      const copy = copyOf(key);
      return [{ do: "open", machine, wanted: { ...wanted, key: copy, store: place } }, [copy.raw.buffer, copy.passphrase.buffer]];
    };
    const { home, told } = await this.make<Hosted["opened"]>(say, signal, ear);
    return { home, opened: told };
  }

  /** What the worker is told of a store. Its memory is kept if the store is there. */
  placeOf(store: unknown): Place {
    const place = placeOf(store);
    if ("memory" in place) this.#keepsMemory = true;
    return place;
  }

  /** Has a machine made, or something else that gets a number like one, and returns what reaches it, and what is told of it. */
  async make<T>(say: (machine: number) => Said, signal?: AbortSignal, ear = silent): Promise<{ home: NumberedHome; told: T }> {
    const machine = ++this.#last;
    this.#machines.set(machine, ear);
    this.#hold();
    try {
      await this.#orAborted(this.#ready, signal);
      const [message, transfer] = say(machine);
      return { home: this.#homeOf(machine), told: await this.#ask<T>(message, transfer, signal) };
    } catch (error) {
      this.#leave(machine);
      throw error;
    }
  }

  /** Has something done that needs no machine. */
  async do<T>(message: Unnumbered<ToWorker & { do: "verify" | "check" | "delete" | "migrate" | "endMigration" }>): Promise<T> {
    const leave = this.keep();
    try {
      await this.#ready;
      return await this.#ask<T>(message);
    } finally {
      leave();
    }
  }

  /** Has the worker not end for want of machines, until the function is called that is returned. */
  keep(): () => void {
    const task = ++this.#last;
    this.#machines.set(task, silent);
    this.#hold();
    return () => this.#leave(task);
  }

  #homeOf(machine: number): NumberedHome {
    return {
      machine,
      call: (name, values, signal) => this.#ask({ do: "call", machine, name, values }, [values.buffer], signal),
      release: () => {
        if (!this.ended) this.#post({ do: "release", machine });
        this.#leave(machine);
      },
    };
  }

  /** Says something to which there is an answer. */
  #ask<T>(message: Unnumbered<ToWorker & { call: number }>, transfer: Transferable[] = [], signal?: AbortSignal): Promise<T> {
    const call = ++this.#last;
    const abort = () => this.#post({ do: "abort", call });
    const asked = new Promise<T>((resolve, reject) => {
      if (this.ended) throw this.ended;
      if (signal?.aborted) throw new MudpuppyError("ERR_ABORTED", "the call was aborted", signal.reason);
      this.#calls.set(call, { resolve, reject });
      this.#post({ ...message, call } as ToWorker, transfer);
      this.#hold();
      signal?.addEventListener("abort", abort, { once: true });
    });
    return asked.finally(() => signal?.removeEventListener("abort", abort));
  }

  async #orAborted(ready: Promise<unknown>, signal: AbortSignal | undefined): Promise<void> {
    if (!signal) return void (await ready);
    let leave = () => {};
    const left = new Promise<never>((_, reject) => {
      leave = () => reject(new MudpuppyError("ERR_ABORTED", "the call was aborted", signal.reason));
      if (signal.aborted) leave();
      signal.addEventListener("abort", leave, { once: true });
    });
    await Promise.race([ready, left]).finally(() => signal.removeEventListener("abort", leave));
  }

  #post(message: ToWorker, transfer: Transferable[] = []): void {
    this.#port.postMessage(message, transfer);
  }

  #hear(message: FromWorker): void {
    switch (message.is) {
      case "ready":
        this.#settle(0)?.resolve(undefined as never);
        return this.#watch(message.life);
      case "refused":
        return this.#end(message.message, undefined, message.code);
      case "value":
        return this.#settle(message.call)?.resolve(message.value as never);
      case "failed":
        return this.#settle(message.call)?.reject(errorOf(message.answer));
      case "answer":
        return this.#settle(message.call)?.resolve(message.answer as never);
      case "news":
        return this.#machines.get(message.machine)?.news(message.bytes);
      case "crashed":
        return this.#end("the program in the worker has crashed");
    }
  }

  #settle(call: number): Waiting | undefined {
    const waiting = this.#calls.get(call);
    this.#calls.delete(call);
    this.#hold();
    return waiting;
  }

  /** Notices the end of the worker: that nobody has its lock any more. */
  #watch(life: string): void {
    if (life === "") return;
    navigator.locks.request(life, () => this.#end("the worker has ended")).catch(() => {});
  }

  #end(message: string, cause?: unknown, code: ErrorCode = "ERR_WORKER"): void {
    if (this.ended) return;
    this.ended = new MudpuppyError(code, message, cause);
    this.#port.close();
    if (this.#isOurs) this.#worker.terminate?.();
    for (const call of [...this.#calls.keys()]) this.#settle(call)?.reject(this.ended);
    for (const ear of this.#machines.values()) ear.ended(this.ended);
    this.#machines.clear();
  }

  #leave(machine: number): void {
    this.#machines.delete(machine);
    this.#hold();
    if (this.#machines.size > 0 || !this.#isOurs || this.#keepsMemory || this.ended) return;
    const timer = setTimeout(() => this.#machines.size === 0 && this.#end("the worker was not needed any more"), IDLE);
    (timer as { unref?(): void }).unref?.();
  }

  /** Has Node wait for the worker while there is a call, and not otherwise. */
  #hold(): void {
    const port = this.#port as MessagePort & { ref?(): void; unref?(): void };
    if (this.#calls.size > 0 && this.#machines.size > 0) port.ref?.();
    else port.unref?.();
    this.#worker.unref?.();
  }
}
