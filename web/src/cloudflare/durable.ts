import { StoreError } from "../store/errors.js";
import { limits } from "../store/tables.js";
import type { Changes, Page, Query, Store, StoreRecord } from "../store/types.js";
import { validateChanges, validateQuery } from "../store/validate.js";
import { conditionOf, epochOf, failure, inJSON, type NameOptions, nameOf, pageOf, recordOf, type Row, stale, valuesOf } from "./rows.js";
import { begin, byKeys, columns, create, owner, put, remove } from "./schema.js";

/** What a store needs of a Durable Object's `ctx.storage`. */
export interface DurableStorage {
  /** Its database: the class must be declared in `new_sqlite_classes`. */
  readonly sql: { exec(query: string, ...bindings: any[]): Iterable<Row> };
  /** Makes all changes of a function, or none. */
  transactionSync<T>(closure: () => T): T;
  /** Waits until all changes are confirmed to be durable. */
  sync(): Promise<void>;
}

/** After so many bytes a page ends: objects of a class share the memory of an isolate. */
const PAGE_BYTES = 4 << 20;

/**
 * A store in the database of a Durable Object:
 *
 * ```ts
 * const machine = await OlmMachine.open({ store: durableStore(this.ctx.storage), … });
 * ```
 *
 * A commit is one `transactionSync`, and returns when `storage.sync()` has: it is
 * durable then, whatever the output gate would hold back besides. Relaxed commits
 * leave it to the gate. Tables begin with `mudpuppy_`; all others are yours.
 */
export function durableStore(storage: DurableStorage, options?: NameOptions): Store {
  return new DurableStore(storage, nameOf(options));
}

class DurableStore implements Store {
  readonly #storage: DurableStorage;
  readonly #name: string;
  #isClosed = false;

  constructor(storage: DurableStorage, name: string) {
    this.#storage = storage;
    this.#name = name;
    this.#attempt(() => {
      for (const statement of create) this.#run(statement);
      this.#run(begin, name);
      this.#epoch(); // which knows a later version
    });
  }

  load(query: Query): Page {
    validateQuery(query);
    return this.#attempt(() => {
      const epoch = this.#epoch();
      return query.keys ? pageOf(epoch, this.#withKeys(query), false) : this.#page(epoch, query);
    });
  }

  #withKeys({ table, keys = [] }: Query): StoreRecord[] {
    return inJSON(keys).flatMap((json) => [...this.#run(byKeys, this.#name, table, json)].map((row) => recordOf(table, row)));
  }

  #page(epoch: number, query: Query): Page {
    const { table, limit = limits.page } = query;
    const [condition, bindings] = conditionOf(query);
    const sql = `SELECT ${columns} FROM mudpuppy_records WHERE store = ? AND tbl = ? ${condition} ORDER BY key LIMIT ?`;
    const records: StoreRecord[] = [];
    let bytes = 0;
    // One more than may come tells whether there are more. Rows are read as they are asked for.
    for (const row of this.#run(sql, this.#name, table, ...bindings, limit + 1)) {
      if (records.length === limit || bytes >= PAGE_BYTES) return pageOf(epoch, records, true);
      const record = recordOf(table, row);
      records.push(record);
      bytes += record.value.length;
    }
    return pageOf(epoch, records, false);
  }

  async commit(epoch: number, changes: Changes): Promise<void> {
    validateChanges(changes);
    this.#attempt(() => this.#change(epoch, changes));
    if (changes.relaxed) return;
    await this.#storage.sync().catch((cause: unknown) => {
      throw new StoreError("ERR_STORE_LOST", "the changes are not confirmed", { cause });
    });
  }

  #change(epoch: number, { claim, puts, deletes }: Changes): void {
    if (epoch !== this.#epoch() + (claim ? 1 : 0)) throw stale();
    if (claim) this.#run("UPDATE mudpuppy_stores SET epoch = ? WHERE name = ?", String(epoch), this.#name);
    for (const record of puts) this.#run(`${put} (?, ?, ?, ?, ?, ?, ?)`, this.#name, ...valuesOf(record));
    const tables = Map.groupBy(deletes, ({ table }) => table);
    for (const [table, refs] of tables) {
      for (const json of inJSON(refs.map(({ key }) => key))) this.#run(remove, this.#name, table, json);
    }
  }

  close(): void {
    this.#isClosed = true;
  }

  #epoch(): number {
    const [row] = this.#run(owner, this.#name);
    return epochOf(row);
  }

  #run(sql: string, ...bindings: unknown[]): Iterable<Row> {
    return this.#storage.sql.exec(sql, ...bindings);
  }

  /** Does all of the work, or none of it. */
  #attempt<T>(work: () => T): T {
    if (this.#isClosed) throw new StoreError("ERR_STORE_CLOSED", "the store is closed");
    try {
      return this.#storage.transactionSync(work);
    } catch (error) {
      throw failure(error);
    }
  }
}
