// The twin of store/validate.go: what a store need not take.
import { StoreError } from "./errors.js";
import { type Index, limits, type Table, type TableDefinition, tables } from "./tables.js";
import type { Changes, Query, Ref, StoreRecord } from "./types.js";

/** The definition of a table, if there is such a table. */
export function defined(table: Table): TableDefinition | undefined {
  return tables.find((definition) => definition.table === table);
}

/** Whether a text can be a key, or stand in an index. */
export function isKey(text: unknown): text is string {
  return typeof text === "string" && text !== "" && fits(text, limits.keyBytes) && !/[\0\ud800-\udfff]/u.test(text);
}

/** Whether a text has at most so many bytes in UTF-8. */
export function fits(text: string, bytes: number): boolean {
  if (text.length * 3 <= bytes) return true;
  return text.length <= bytes && new TextEncoder().encode(text).length <= bytes;
}

/** Throws `ERR_STORE_INVALID` for changes that no store need take. */
export function validateChanges(changes: Changes): void {
  const { puts, deletes, sealed } = changes;
  const more = sealed ? limits.sealed : { valueBytes: 0, changes: 0, bytes: 0 };
  const bytes = puts.reduce((sum, record) => sum + record.value.length, 0);
  if (puts.length + deletes.length > limits.changes + more.changes) refuse("too many records");
  if (bytes > limits.bytes + more.bytes) refuse("too many bytes");
  const seen = new Set<string>();
  for (const record of puts) {
    validateRef(record, seen);
    validateRecord(record, limits.valueBytes + more.valueBytes);
  }
  for (const ref of deletes) validateRef(ref, seen);
}

function validateRef({ table, key }: Ref, seen: Set<string>): void {
  if (!defined(table)) refuse("no such table");
  if (!isKey(key)) refuse("an invalid key");
  const name = `${table} ${key}`;
  if (seen.has(name)) refuse("a record that changes twice");
  seen.add(name);
}

function validateRecord({ table, value, indexes }: StoreRecord, bytes: number): void {
  if (!(value instanceof Uint8Array) || value.length > bytes) refuse("an invalid value");
  const has = defined(table)?.indexes;
  for (const [index, text] of Object.entries(indexes ?? {})) {
    if (text === undefined) continue;
    if (!has?.includes(index as Index) || !isKey(text)) refuse("an invalid text in an index");
  }
}

/** Throws `ERR_STORE_INVALID` for a query that makes no sense. */
export function validateQuery({ table, keys, index, value, limit }: Query): void {
  const definition = defined(table);
  if (!definition) return refuse("no such table");
  if (index === undefined ? value !== undefined : !definition.indexes.includes(index) || !value || keys) {
    refuse("an invalid index");
  }
  if (keys && keys.length > limits.changes) refuse("too many keys");
  if (limit !== undefined && (!Number.isSafeInteger(limit) || limit < 1)) refuse("an invalid limit");
}

function refuse(why: string): void {
  throw new StoreError("ERR_STORE_INVALID", why);
}
