import type { Index, Table } from "./tables.js";

/**
 * A place where a device keeps its state. Whoever has a place for bytes can
 * implement it; its two methods carry everything. Both may be called again
 * while earlier calls are under way.
 *
 * Only its present owner may change a store. Ownership is a number, the epoch:
 * a safe integer, 0 in a new store, which every new owner raises by one.
 */
export interface Store {
  /** Returns the records that a query asks for, in no particular order. */
  load(query: Query): Page | Promise<Page>;

  /**
   * Applies changes, all or none, and returns when they are durable.
   *
   * The epoch must be that of the store: otherwise it throws
   * `ERR_STORE_STALE` and changes nothing. With `claim` it must be one more than
   * the store's, and is the store's from then on. It is compared and the changes
   * are made in one step that no other commit can come between.
   *
   * If it throws anything else, the changes were made or not made, but not in
   * part.
   */
  commit(epoch: number, changes: Changes): void | Promise<void>;

  /** Closes the store. Later calls throw `ERR_STORE_CLOSED`. */
  close?(): void | Promise<void>;
}

/** Says which record is meant. */
export interface Ref {
  /** In which table it is. */
  table: Table;
  /** Text of 1 to 512 bytes of UTF-8, without U+0000 and without halves of surrogate pairs. */
  key: string;
}

/** What is kept under a key of a table. */
export interface StoreRecord extends Ref {
  /** Up to 1 MiB, or 16 KiB more if it is sealed; perhaps empty. Not to be kept nor changed by who gets it, but copied. */
  value: Uint8Array;
  /** The texts by which it can be found besides its key: like keys, and not empty. */
  indexes?: Partial<Record<Index, string>> | undefined;
}

/** Asks for records of one table: those with given keys, or those with some text in an index, or all. */
export interface Query {
  /** In which table to look. */
  table: Table;
  /** Asks for the records with these keys, as far as they exist, all in one page. At most 2000. */
  keys?: readonly string[] | undefined;
  /** Asks for the records that have `value` in this index. Not with `keys`. */
  index?: Index | undefined;
  /** The text that the index must hold. */
  value?: string | undefined;
  /** How many records may come at once, if not 500. There may be fewer, also if more follow. */
  limit?: number | undefined;
  /** The `next` of the page before. */
  after?: string | undefined;
}

/** An answer to a query. */
export interface Page {
  /** What was found, each record once. */
  records: StoreRecord[];
  /**
   * What to ask for more with, if there is more: any text of at most 4096
   * bytes. Records that are not changed meanwhile come in exactly one page.
   */
  next?: string | undefined;
  /** That of the store's owner, 0 if it never had one. */
  epoch: number;
  /** Records that cannot be read, and have been put aside. */
  broken?: BrokenRecord[] | undefined;
}

/** A record that cannot be read. */
export interface BrokenRecord extends Ref {
  /** Why, without anything of the record. */
  reason: string;
}

/** What a commit does. No record stands in them twice; there are at most 2000, of at most 8 MiB. */
export interface Changes {
  /** Raises the epoch: see {@link Store.commit}. */
  claim: boolean;
  /** Whether it may be lost when the power fails. Otherwise it is forced to the disk, where that can be asked for. */
  relaxed: boolean;
  /** Whether they may exceed the limits by what sealing adds: 16 KiB a value, 256 records, 24 MiB in all. */
  sealed: boolean;
  /** Added, or in place of those with the same key. */
  puts: readonly StoreRecord[];
  /** Records to delete, which need not exist. */
  deletes: readonly Ref[];
}
