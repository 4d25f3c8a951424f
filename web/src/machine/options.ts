import { checkArray32, checkText, fieldsOf, refuse } from "../bridge/arguments.js";
import { MudpuppyError } from "../bridge/errors.js";
import type { InitOptions } from "../loader/init.js";
import type { Store } from "../store/types.js";
import type { Key, LogLevel, Policy } from "./client.js";
import type { Logger, Role } from "./news.js";
import type { BuiltInStore } from "./stores.js";

/** What seals a store: 32 random bytes, kept where the platform keeps secrets, or what a person knows. */
export type StoreKey = Uint8Array | Passphrase;

/** What a person knows. */
export interface Passphrase {
  /** A text, taken as it is. */
  passphrase: string;
}

/** Where a machine keeps its state. */
export interface StoreOptions {
  /** {@link indexedDBStore}, {@link memoryStore}, or a store of your own: see `mudpuppy/store`. */
  store: BuiltInStore | Store;
  /**
   * Seals the store. To try a passphrase takes about a second, in which nothing else
   * runs.
   */
  key?: StoreKey | undefined;
  /** Has the store kept without a key, for everybody to read who can read the device. */
  unsealed?: boolean | undefined;
}

/** Which worker a machine lives in: Mudpuppy's own, one of the application, the address of its script, or what makes one. */
export type WorkerOption = boolean | string | URL | Worker | (() => Worker);

/** Says which machine to open. */
export interface MachineOptions extends StoreOptions {
  /** Whose device it is, such as `@alice:example.org`. */
  userId: string;
  /** As the homeserver gave it out. */
  deviceId: string;
  /** For rooms whose settings name none. */
  policy?: Policy | undefined;
  /** Where lines of the log go. */
  logger?: Logger | undefined;
  /** Waits while another page has the store, instead of throwing ERR_STORE_BUSY. `onRole` tells that it does. */
  wait?: boolean | undefined;
  /** Is told of the ownership of the store, also before there is a machine. */
  onRole?: ((role: Role) => void) | undefined;
  /** Whether the platform is asked to keep the store. It is, unless this is false. */
  persist?: boolean | undefined;
  /** Gives up opening. */
  signal?: AbortSignal | undefined;
  /** The time in milliseconds since 1970, if not Date.now(). A machine in a worker has no other. */
  clock?: (() => number) | undefined;
  /**
   * Has the machine live in a worker, so that the thread of the page is never kept
   * busy, and needs no `init`. True is Mudpuppy's own worker, which all machines of
   * the page share. It may also be a worker of the application that imports
   * `mudpuppy/worker`, the address of its script, or a function that makes one.
   */
  worker?: WorkerOption | undefined;
  /** Where the worker finds the WebAssembly module, if not beside itself. */
  init?: Omit<InitOptions, "signal"> | undefined;
  /**
   * Has several tabs use the machine at once: one owns it, and the others work
   * through that one, until one of them takes its place. `role` tells which this is.
   */
  shared?: boolean | undefined;
}

const names = [
  ...(["store", "key", "unsealed", "userId", "deviceId", "policy", "logger"] as const),
  ...(["wait", "onRole", "persist", "signal", "clock", "worker", "init", "shared"] as const),
];

/** @internal Reads the options, each once, and refuses what they cannot be. */
export function readOptions(options: unknown): MachineOptions {
  const values = fieldsOf("the options", options, ...names);
  const read = Object.fromEntries(names.map((name, i) => [name, values[i]])) as unknown as MachineOptions;
  for (const name of ["unsealed", "wait", "persist", "shared"] as const) {
    if (read[name] !== undefined && typeof read[name] !== "boolean") throw refuse(name, "a boolean");
  }
  for (const name of ["onRole", "clock"] as const) {
    if (read[name] !== undefined && typeof read[name] !== "function") throw refuse(name, "a function");
  }
  if (read.signal !== undefined) checkSignal(read.signal);
  checkStore(read.store);
  checkWorker(read.worker);
  if (read.clock && (read.worker || read.shared)) throw refuse("clock", "left out for a machine that is elsewhere");
  return read;
}

/** @internal */
export function checkSignal(signal: unknown): void {
  const methods = fieldsOf("signal", signal, "addEventListener", "removeEventListener"); // it may be of another realm
  if (methods.some((method) => typeof method !== "function")) throw refuse("signal", "an AbortSignal");
}

/** @internal */
export function checkWorker(worker: unknown): void {
  if (!["undefined", "boolean", "string", "object", "function"].includes(typeof worker) || worker === null) {
    throw refuse("worker", "true, a Worker, the address of one, or a function that makes one");
  }
}

/** @internal */
export function checkStore(store: unknown): void {
  if (typeof store !== "object" || store === null) {
    throw refuse("store", "indexedDBStore(name), memoryStore(), or an object with load and commit");
  }
}

/** @internal Reads the key of a store, which must be there unless it was declined. */
export function readKey(key: unknown, unsealed: unknown): Key {
  const none = new Uint8Array();
  if (key === undefined) {
    if (unsealed === true) return { raw: none, passphrase: none };
    throw new MudpuppyError("ERR_ARGUMENT", "key is missing: give 32 bytes or { passphrase }, or ask for unsealed: true");
  }
  if (unsealed === true) throw new MudpuppyError("ERR_ARGUMENT", "key and unsealed exclude each other");
  if (ArrayBuffer.isView(key)) {
    checkArray32("key", key);
    return { raw: key as Uint8Array, passphrase: none };
  }
  const [passphrase] = fieldsOf("key", key, "passphrase");
  if (passphrase === undefined || passphrase === "") throw refuse("key", "a Uint8Array of 32 bytes, or { passphrase }");
  checkText("key.passphrase", passphrase);
  return { raw: none, passphrase: new TextEncoder().encode(passphrase as string) };
}

/** @internal From which level on lines of the log are made. */
export function levelOf(logger: unknown): LogLevel {
  if (logger === undefined) return "silent";
  const levels = ["debug", "info", "warn", "error", "silent"] as const;
  const [level, ...methods] = fieldsOf("logger", logger, "level", "debug", "info", "warn", "error");
  if (level !== undefined && !levels.includes(level as LogLevel)) throw refuse("logger.level", `one of ${levels.join(", ")}`);
  const from = levels.indexOf((level ?? "info") as LogLevel);
  const first = levels.findIndex((_, i) => i >= from && typeof methods[i] === "function");
  return first < 0 ? "silent" : levels[first]!;
}
