import { type Query, type Store, type TableDefinition, tables, validatePage } from "../store/index.js";
import { Tally } from "./tally.js";
import type { Inspection, TableInspection } from "./types.js";

/**
 * Counts what a store holds, reading all of it page by page. It claims and
 * changes nothing, so it may run beside the owner; then each table is counted
 * at a moment of its own.
 */
export async function inspect(store: Store): Promise<Inspection> {
  let epoch = 0;
  const found: TableInspection[] = [];
  for (const definition of tables) {
    const [table, last] = await inspectTable(store, definition);
    found.push(table);
    epoch = last;
  }
  return { epoch, schema: undefined, tables: found };
}

async function inspectTable(store: Store, { table, indexes }: TableDefinition): Promise<[TableInspection, epoch: number]> {
  const tally = new Tally(table, indexes);
  const query: Query = { table };
  for (;;) {
    const page = await store.load(query);
    validatePage(query, page);
    for (const { key, value, indexes } of page.records) tally.add(key, value.length, indexes ?? {});
    tally.broken += page.broken?.length ?? 0;
    if (page.next === undefined) return [tally.result(), page.epoch];
    query.after = page.next;
  }
}
