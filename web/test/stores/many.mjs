// A store in memory that is as fast with very many records as with few, which the one in
// README.md is not: that looks at all of them each time.
import { StoreError } from "mudpuppy/store";

export function storeOfMany() {
  const tables = new Map();
  let epoch = 0;
  const open = (name) => {
    if (!tables.has(name)) tables.set(name, { records: new Map(), sorted: undefined });
    return tables.get(name);
  };
  const inOrder = (table) => (table.sorted ??= [...table.records.keys()].sort());

  function page(table, { index, value, limit = 500, after = "" }) {
    const found = [];
    const keys = inOrder(table);
    for (let i = firstAfter(keys, after); i < keys.length && found.length < limit; i++) {
      const record = table.records.get(keys[i]);
      if (!index || record.indexes?.[index] === value) found.push(record);
    }
    return { records: structuredClone(found), epoch, next: found.length === limit ? found.at(-1).key : undefined };
  }

  return {
    load({ table: name, keys, ...range }) {
      const table = open(name);
      if (!keys) return page(table, range);
      return { records: structuredClone(keys.map((key) => table.records.get(key)).filter(Boolean)), epoch };
    },
    commit(owner, { claim, puts, deletes }) {
      if (owner !== epoch + (claim ? 1 : 0)) throw new StoreError("ERR_STORE_STALE", "another owner has claimed it");
      epoch = owner;
      for (const record of structuredClone(puts)) {
        const table = open(record.table);
        if (!table.records.has(record.key)) table.sorted = undefined;
        table.records.set(record.key, record);
      }
      for (const { table, key } of deletes) {
        if (open(table).records.delete(key)) open(table).sorted = undefined;
      }
    },
  };
}

/** Where the first key stands that comes after one. */
function firstAfter(keys, after) {
  let [low, high] = [0, keys.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (keys[middle] > after) high = middle;
    else low = middle + 1;
  }
  return low;
}
