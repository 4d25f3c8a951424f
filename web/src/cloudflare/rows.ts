// What the two stores have in common: from queries to rows, and back to records.
import { StoreError, type StoreErrorCode } from "../store/errors.js";
import type { Index, Table } from "../store/tables.js";
import type { Page, Query, StoreRecord } from "../store/types.js";
import { SCHEMA } from "./schema.js";

/** A row of a result: bytes come as an ArrayBuffer, or from D1 as an array of numbers. */
export type Row = Record<string, unknown>;

/** Which store is meant, where a database holds several. */
export interface NameOptions {
  /** Any text; the empty one if it is not given. */
  name?: string | undefined;
}

/** Reads the options of a store. */
export function nameOf(options: NameOptions | undefined): string {
  const name = options?.name ?? "";
  if (typeof name !== "string") throw new StoreError("ERR_STORE_INVALID", "the name of a store is a text");
  return name;
}

/** The most that texts of JSON hold, below SQLite's limit of 2 MB here. */
const MOST_JSON = 1 << 20;

/** Writes texts as JSON, in as many arrays as it takes. */
export function inJSON(texts: Iterable<string>): string[] {
  const parts: string[] = [];
  let part: string[] = [];
  let length = 0;
  for (const text of texts) {
    const json = JSON.stringify(text);
    if (length + json.length > MOST_JSON / 3) { // a character has up to three bytes
      parts.push(`[${part.join()}]`);
      [part, length] = [[], 0];
    }
    part.push(json);
    length += json.length + 1;
  }
  if (part.length > 0) parts.push(`[${part.join()}]`);
  return parts;
}

/** The condition of a query for pages, after `WHERE store = ? AND tbl = ?`, and what it takes besides these two. */
export function conditionOf({ index, value, after = "" }: Query): [sql: string, bindings: string[]] {
  return index ? [`AND ${index} = ? AND key > ?`, [value ?? "", after]] : ["AND key > ?", [after]];
}

/** Makes a record of a row. */
export function recordOf(table: Table, row: Row): StoreRecord {
  const record: StoreRecord = { table, key: row["key"] as string, value: bytesOf(row["value"]) };
  const texts = (["room", "sender", "pending"] as Index[]).filter((index) => row[index] !== null);
  if (texts.length > 0) record.indexes = Object.fromEntries(texts.map((index) => [index, row[index]]));
  return record;
}

function bytesOf(value: unknown): Uint8Array {
  return value instanceof ArrayBuffer ? new Uint8Array(value) : Uint8Array.from(value as number[]);
}

/** What a record is written as: see `put` in the schema. */
export function valuesOf({ table, key, value, indexes = {} }: StoreRecord): unknown[] {
  return [table, key, value, indexes.room ?? null, indexes.sender ?? null, indexes.pending ?? null];
}

/** Makes a page of records, of which more follow. */
export function pageOf(epoch: number, records: StoreRecord[], more: boolean): Page {
  return { epoch, records, next: more ? records.at(-1)?.key : undefined };
}

/** Reads the row of a store, which says its epoch. */
export function epochOf(row: Row | undefined): number {
  if (!row) throw new StoreError("ERR_STORE_GONE", "the store was deleted");
  if ((row["schema"] as number) > SCHEMA) throw new StoreError("ERR_STORE_TOO_NEW", "a later version has written the store");
  return Number(row["epoch"]);
}

/** The error for a commit in an epoch that is not the store's. */
export function stale(cause?: unknown): StoreError {
  return new StoreError("ERR_STORE_STALE", "another owner has claimed the store", { cause });
}

const codes: [RegExp, StoreErrorCode][] = [
  [/SQLITE_FULL|disk is full|maximum DB size/i, "ERR_STORE_FULL"],
  [/no such table: mudpuppy/, "ERR_STORE_GONE"],
];

/** Gives errors the codes by which Mudpuppy knows them. What SQLite says names no key and no value. */
export function failure(cause: unknown): StoreError {
  if (cause instanceof StoreError) return cause;
  const message = String((cause as { message?: unknown } | null)?.message ?? "it failed");
  const code = codes.find(([pattern]) => pattern.test(message))?.[1] ?? "ERR_STORE_FAILED";
  return new StoreError(code, message, { cause });
}
