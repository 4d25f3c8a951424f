import { MudpuppyError } from "../bridge/errors.js";
import { handOver, release, takeHanded } from "../bridge/promises.js";
import type { Place } from "../hosting/protocol.js";
import type { Store } from "../store/types.js";
import { openDatabase, openMemory, openOwn, persist, type Persistence } from "./client.js";

/** What can be waited for while a store is opened. */
export interface Opening {
  wait: boolean;
  listener: number;
  signal: AbortSignal | undefined;
}

/** A place that Mudpuppy itself has for stores: see {@link indexedDBStore} and {@link memoryStore}. */
export abstract class BuiltInStore {
  /** @internal */
  abstract open(opening: Opening): Promise<number>;

  /** @internal What a worker is told of it. */
  abstract place(): Place;

  /** @internal Asks the platform to keep it. */
  persist(): Promise<Persistence> {
    return Promise.resolve("unknown");
  }

  /** @internal Whether what is in it outlasts who has it open. */
  readonly isKept: boolean = false;

  readonly #brand = true;

  /** @internal */
  static is(value: unknown): value is BuiltInStore {
    return typeof value === "object" && value !== null && #brand in value;
  }
}

class IndexedDBStore extends BuiltInStore {
  readonly #name: string;

  constructor(name: string) {
    super();
    this.#name = name;
  }

  override open({ wait, listener, signal }: Opening): Promise<number> {
    return openDatabase(this.#name, wait, listener, signal);
  }

  override place(): Place {
    return { indexedDB: this.#name };
  }

  override persist(): Promise<Persistence> {
    return persist();
  }
}

class MemoryStore extends BuiltInStore {
  override readonly isKept = true;
  #place: Promise<number> | undefined;
  readonly #number = ++memories;

  override open(): Promise<number> {
    this.#place ??= openMemory();
    this.#place.then((place) => left.register(this, place), () => (this.#place = undefined));
    return this.#place;
  }

  override place(): Place {
    return { memory: this.#number };
  }
}

let memories = 0;

const left = new FinalizationRegistry<number>(release);

/** A database of the browser, in which a device keeps its state. One page or worker has it at a time. */
export function indexedDBStore(name: string): BuiltInStore {
  if (typeof name !== "string" || name === "") throw new MudpuppyError("ERR_ARGUMENT", "the name of the database must be a string");
  return new IndexedDBStore(name);
}

/** A place in memory, which ends with the program. What one machine left there, a later one finds. */
export function memoryStore(): BuiltInStore {
  return new MemoryStore();
}

/** Opens a store of Mudpuppy's, or one of the caller's own. */
export async function openPlace(store: BuiltInStore | Store, opening: Opening): Promise<number> {
  if (BuiltInStore.is(store)) return store.open(opening);
  const number = handOver(store);
  try {
    return await openOwn(number);
  } finally {
    takeHanded(number);
  }
}

/** @internal Lets go of a place, which belongs to the machine now, or was closed. One in memory is kept for the next. */
export function leave(store: unknown, place: number): void {
  if (!(BuiltInStore.is(store) && store.isKept)) release(place);
}
