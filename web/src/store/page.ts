// What Mudpuppy demands of an answer. store/jsstore demands the same.
import { StoreError } from "./errors.js";
import { type Index, limits } from "./tables.js";
import type { Page, Query, StoreRecord } from "./types.js";
import { defined, fits, isKey } from "./validate.js";

/** Throws `ERR_STORE_FAILED`, with the reason, for a page that is no answer to the query. For tests of stores. */
export function validatePage(query: Query, page: Page): void {
  if (!isObject(page)) refuse("the page is no object");
  const { records, next, epoch, broken } = page;
  if (!Number.isSafeInteger(epoch) || epoch < 0) refuse("the page's epoch is no safe integer from 0");
  if (!Array.isArray(records)) refuse("the page's records are no array");
  if (records.length > (query.keys?.length ?? query.limit ?? limits.page)) refuse("the page has too many records");
  const seen = new Set<string>();
  records.forEach((record, i) => {
    const why = fault(query, record) ?? (seen.has(record.key) ? "is a second one with its key" : undefined);
    if (why) refuse(`record ${i} ${why}`);
    seen.add(record.key);
  });
  if (next !== undefined) validateNext(query, next);
  if (broken !== undefined && !(Array.isArray(broken) && broken.every(isBroken))) refuse("the page's broken is no array of such");

  function isBroken(record: unknown): boolean {
    return isObject(record) && record["table"] === query.table && isKey(record["key"]) && typeof record["reason"] === "string";
  }
}

function validateNext(query: Query, next: unknown): void {
  if (typeof next !== "string" || next === "" || !fits(next, limits.nextBytes) || /[\ud800-\udfff]/u.test(next)) {
    refuse("the page's next is no text of 1 to 4096 bytes");
  }
  if (query.keys) refuse("the page has a next, although keys were asked for");
  if (next === query.after) refuse("the page's next is what it was asked with");
}

/** Says what is wrong with a record, if anything is. */
function fault(query: Query, record: StoreRecord): string | undefined {
  if (!isObject(record)) return "is no object";
  const { table, key, value, indexes } = record;
  if (table !== query.table) return "is of another table";
  if (!isKey(key)) return "has no valid key";
  if (query.keys && !query.keys.includes(key)) return "was not asked for";
  if (!(value instanceof Uint8Array)) return "has a value that is no Uint8Array";
  if (value.length > limits.valueBytes + limits.sealed.valueBytes) return "has too long a value";
  if (indexes !== undefined && !isObject(indexes)) return "has indexes that are no object";
  for (const [index, text] of Object.entries(indexes ?? {})) {
    if (text === undefined) continue;
    if (!defined(table)?.indexes.includes(index as Index)) return "has an index that its table has not";
    if (!isKey(text)) return "has no valid text in an index";
  }
  if (query.index && indexes?.[query.index] !== query.value) return "was not asked for";
  return undefined;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

function refuse(why: string): never {
  throw new StoreError("ERR_STORE_FAILED", why);
}
