import { StoreError } from "../store/errors.js";
import { limits, type Table } from "../store/tables.js";
import type { Changes, Page, Query, Ref, Store, StoreRecord } from "../store/types.js";
import { validateChanges, validateQuery } from "../store/validate.js";
import { conditionOf, epochOf, failure, inJSON, type NameOptions, nameOf, pageOf, recordOf, type Row, stale, valuesOf } from "./rows.js";
import { begin, byKeys, columns, create, guard, owner, put, remove, STALE } from "./schema.js";

/** What a store needs of a statement of D1. */
export interface D1Statement {
  /** Returns the statement with values for its parameters. */
  bind(...values: unknown[]): this;
}

/** What a store needs of a D1 binding, such as `env.DB`. */
export interface D1 {
  /** Makes a statement. */
  prepare(query: string): D1Statement;
  /** Runs statements as one transaction. */
  batch(statements: any[]): Promise<{ results?: unknown[] }[]>;
}

/** After so many bytes a page ends. D1 writes each as a number of JSON, which is four times as long. */
const PAGE_BYTES = 1 << 20;

/** How many parameters a statement of D1 can have, one of which is the store's name. */
const PARAMETERS = 100;
const ROWS = Math.floor((PARAMETERS - 1) / 6);

/** How many bytes of values a statement has at the most, unless it has one value only. */
const STATEMENT_BYTES = 1 << 20;

/**
 * A store in a D1 database, which many accounts can share, each under a name:
 *
 * ```ts
 * const machine = await OlmMachine.open({ store: d1Store(env.DB, { name: "alerts" }), … });
 * ```
 *
 * A commit is one batch, which D1 makes a transaction, and is durable when it
 * returns. Its first statement sets the epoch, and fails if another owner has
 * raised it, and all else with it: `ERR_STORE_STALE`. So two Workers never write
 * over each other's state, but only one of them can go on: a machine belongs into
 * a Durable Object, and with it mostly `durableStore`. Tables begin with `mudpuppy_`.
 */
export function d1Store(database: D1, options?: NameOptions): Store {
  return new D1Store(database, nameOf(options));
}

class D1Store implements Store {
  readonly #database: D1;
  readonly #name: string;
  #made: Promise<unknown> | undefined;
  #isClosed = false;

  constructor(database: D1, name: string) {
    this.#database = database;
    this.#name = name;
  }

  async load(query: Query): Promise<Page> {
    validateQuery(query);
    await this.#make();
    const asked = query.keys ? this.#withKeys(query) : [this.#page(query)];
    // In one transaction, for the epoch to be that of the records.
    const [owners, ...found] = await this.#batch([this.#statement(owner, this.#name), ...asked]);
    const epoch = epochOf(owners?.[0]);
    const rows = found.flat();
    const records = rows.map((row) => recordOf(query.table, row));
    if (query.keys) return pageOf(epoch, records, false);
    const { limit = limits.page } = query;
    const more = (rows[0]?.["found"] as number) > Math.min(rows.length, limit);
    return pageOf(epoch, records.slice(0, limit), more);
  }

  #withKeys({ table, keys = [] }: Query): D1Statement[] {
    return inJSON(keys).map((json) => this.#statement(byKeys, this.#name, table, json));
  }

  /** Finds the keys first, as far as their values go into a page. One more than may come tells whether there are more. */
  #page(query: Query): D1Statement {
    const { table, limit = limits.page } = query;
    const [condition, bindings] = conditionOf(query);
    const sql = `
      WITH
        found AS (
          SELECT key AS k, length(value) AS n FROM mudpuppy_records WHERE store = ? AND tbl = ? ${condition} ORDER BY key LIMIT ?
        ),
        placed AS (SELECT k, sum(n) OVER (ORDER BY k ROWS UNBOUNDED PRECEDING) - n AS place FROM found)
      SELECT ${columns}, (SELECT count(*) FROM found) AS found FROM mudpuppy_records
      WHERE store = ? AND tbl = ? AND key IN (SELECT k FROM placed WHERE place < ${PAGE_BYTES}) ORDER BY key`;
    return this.#statement(sql, this.#name, table, ...bindings, limit + 1, this.#name, table);
  }

  async commit(epoch: number, changes: Changes): Promise<void> {
    validateChanges(changes);
    // What was given may change as soon as this waits.
    const statements = [this.#guard(epoch, changes.claim), ...this.#puts(changes.puts), ...this.#deletes(changes.deletes)];
    await this.#make();
    await this.#batch(statements);
  }

  #guard(epoch: number, claim: boolean): D1Statement {
    return this.#statement(guard, this.#name, String(claim ? epoch - 1 : epoch), String(epoch));
  }

  #puts(puts: readonly StoreRecord[]): D1Statement[] {
    const statements: D1Statement[] = [];
    for (let i = 0; i < puts.length; ) {
      const rows: unknown[] = [];
      let n = 0;
      for (let bytes = 0; i < puts.length && n < ROWS; i++, n++) {
        const record = puts[i]!;
        bytes += record.value.length;
        if (n > 0 && bytes > STATEMENT_BYTES) break;
        rows.push(...valuesOf({ ...record, value: record.value.slice() }));
      }
      const row = (_: unknown, i: number) => `(?1, ${Array.from({ length: 6 }, (_, j) => `?${2 + 6 * i + j}`)})`;
      statements.push(this.#statement(`${put} ${Array.from({ length: n }, row)}`, this.#name, ...rows));
    }
    return statements;
  }

  #deletes(deletes: readonly Ref[]): D1Statement[] {
    const tables = Map.groupBy(deletes, ({ table }) => table);
    const statement = (table: Table, json: string) => this.#statement(remove, this.#name, table, json);
    return [...tables].flatMap(([table, refs]) => inJSON(refs.map(({ key }) => key)).map((json) => statement(table, json)));
  }

  close(): void {
    this.#isClosed = true;
  }

  /** Makes the tables and the store, once. */
  async #make(): Promise<void> {
    this.#made ??= this.#batch([...create.map((sql) => this.#statement(sql)), this.#statement(begin, this.#name)]);
    try {
      await this.#made;
    } catch (error) {
      this.#made = undefined; // the next call tries again
      throw error;
    }
  }

  #statement(sql: string, ...values: unknown[]): D1Statement {
    const statement = this.#database.prepare(sql);
    return values.length > 0 ? statement.bind(...values) : statement;
  }

  async #batch(statements: D1Statement[]): Promise<Row[][]> {
    if (this.#isClosed) throw new StoreError("ERR_STORE_CLOSED", "the store is closed");
    try {
      return (await this.#database.batch(statements)).map(({ results }) => (results ?? []) as Row[]);
    } catch (cause) {
      throw String((cause as { message?: unknown } | null)?.message).includes(STALE) ? stale(cause) : failure(cause);
    }
  }
}
