// What the cases work with.
import {
  type Changes,
  type Index,
  type Page,
  type Query,
  type Ref,
  type Store,
  type StoreRecord,
  type Table,
  validatePage,
} from "../store/index.js";
import type { Open } from "./index.js";

/** One case: a place for a store, and the stores that were opened there. */
export class Suite {
  readonly seed: number;
  readonly #random: () => number;
  readonly #open: Open;
  readonly #opened: Store[] = [];

  constructor(open: Open, seed: number) {
    this.seed = seed;
    this.#random = randomNumbers(seed);
    this.#open = open;
  }

  async opened(): Promise<Store> {
    const store = await this.#open();
    this.#opened.push(store);
    return store;
  }

  /** Opens the store and claims it. */
  async owned(): Promise<Owned> {
    const store = await this.opened();
    return new Owned(store, await claim(store));
  }

  async close(): Promise<void> {
    for (const store of new Set(this.#opened)) await store.close?.();
  }

  /** A random integer from 0 to below a limit. */
  below(limit: number): number {
    return Math.floor(this.#random() * limit);
  }
}

/** A store with its owner's epoch. */
export class Owned {
  readonly store: Store;
  readonly epoch: number;

  constructor(store: Store, epoch: number) {
    this.store = store;
    this.epoch = epoch;
  }

  load(query: Query): Promise<Page> {
    return load(this.store, query);
  }

  async commit(changes: Partial<Changes>): Promise<void> {
    await this.store.commit(this.epoch, complete(changes));
  }

  async put(...puts: StoreRecord[]): Promise<void> {
    await this.commit({ puts });
  }

  /** Checks that a query finds these records, page by page, and no others. */
  async wants(query: Query, ...want: StoreRecord[]): Promise<void> {
    const what = describe(query);
    const got = await this.all(query);
    for (const record of want) {
      const found = got.get(record.key);
      check(found, `${what}: ${JSON.stringify(record.key)} is missing`);
      check(sameBytes(found.value, record.value), `${what}: ${JSON.stringify(record.key)} has another value`);
      check(sameTexts(found, record), `${what}: ${JSON.stringify(record.key)} has other texts in its indexes`);
      got.delete(record.key);
    }
    for (const key of got.keys()) fail(`${what}: ${JSON.stringify(key)} should not be there`);
  }

  /** All records that a query finds, by key. */
  async all(query: Query): Promise<Map<string, StoreRecord>> {
    const found = new Map<string, StoreRecord>();
    for (let after: string | undefined, n = 0; ; n++) {
      const page = await this.load(after === undefined ? query : { ...query, after });
      check(!page.broken?.length, `${describe(query)}: broken records`);
      for (const record of page.records) {
        check(!found.has(record.key), `${describe(query)}: ${JSON.stringify(record.key)} came twice`);
        found.set(record.key, record);
      }
      if (page.next === undefined) return found;
      check(n < 10_000, `${describe(query)}: the pages do not end`);
      after = page.next;
    }
  }
}

/** Loads a page and checks its form. */
export async function load(store: Store, query: Query): Promise<Page> {
  const page = await store.load(query);
  try {
    validatePage(query, page);
  } catch (error) {
    fail(`${describe(query)}: ${(error as Error).message}`);
  }
  return page;
}

/** Becomes the owner of a store, as Mudpuppy does, and returns the new epoch. */
export async function claim(store: Store): Promise<number> {
  for (let n = 0; ; n++) {
    check(n < 1000, "the epoch that a page tells can never be claimed");
    const epoch = (await load(store, { table: "meta", limit: 1 })).epoch + 1;
    try {
      await store.commit(epoch, complete({ claim: true }));
      return epoch;
    } catch (error) {
      // Somebody else was faster.
      if ((error as { code?: unknown } | null)?.code !== "ERR_STORE_STALE") throw error;
    }
  }
}

export function complete(changes: Partial<Changes>): Changes {
  return { claim: false, relaxed: false, sealed: false, puts: [], deletes: [], ...changes };
}

/** Checks that something fails, with a code. */
export async function wantsError(what: string, code: string, action: () => unknown): Promise<void> {
  try {
    await action();
  } catch (error) {
    const got = (error as { code?: unknown } | null)?.code;
    if (got === code) return;
    throw new Error(`${what}: ${got === undefined ? String(error) : String(got)}, want ${code}`, { cause: error });
  }
  fail(`${what}: no error, want ${code}`);
}

export function check(condition: unknown, message: string): asserts condition {
  if (!condition) fail(message);
}

export function fail(message: string): never {
  throw new Error(message);
}

export function ref(table: Table, key: string): Ref {
  return { table, key };
}

export function record(table: Table, key: string, value: string, indexes?: StoreRecord["indexes"]): StoreRecord {
  const made: StoreRecord = { table, key, value: new TextEncoder().encode(value) };
  if (indexes) made.indexes = indexes;
  return made;
}

export function inRoom(key: string, room: string, pending?: string): StoreRecord {
  return record("inbound_sessions", key, `session ${key}`, pending === undefined ? { room } : { room, pending });
}

/** A query, in few words. */
export function describe(query: Query): string {
  return `load ${(JSON.stringify(query) ?? "nothing").slice(0, 200)}`;
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}

function sameTexts(a: StoreRecord, b: StoreRecord): boolean {
  return (["room", "sender", "pending"] satisfies Index[]).every((index) => a.indexes?.[index] === b.indexes?.[index]);
}

/** Repeatable random numbers from 0 to 1 (mulberry32). */
function randomNumbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let x = Math.imul(state ^ (state >>> 15), state | 1);
    x ^= x + Math.imul(x ^ (x >>> 7), x | 61);
    return ((x ^ (x >>> 14)) >>> 0) / 2 ** 32;
  };
}
