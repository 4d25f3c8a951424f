// A store in IndexedDB, in plain JavaScript: it shows that a store for browsers
// can be written without Go, and the conformance suite runs on it.
import { limits, StoreError, tables, validateChanges, validateQuery } from "mudpuppy/store";

const OWNERS = "owners";

/** Opens the database of a name, which is made if it is not there. */
export async function openStore(name) {
  const opening = indexedDB.open(name, 1);
  opening.onupgradeneeded = () => {
    opening.result.createObjectStore(OWNERS);
    for (const { table, indexes } of tables) {
      const store = opening.result.createObjectStore(table, { keyPath: "key" });
      for (const index of indexes) store.createIndex(index, [index, "key"]);
    }
  };
  return new IndexedDBStore(await answered(opening));
}

class IndexedDBStore {
  #database;

  constructor(database) {
    this.#database = database;
  }

  async load(query) {
    validateQuery(query);
    const { table, keys, index, limit = limits.page } = query;
    const transaction = this.#database.transaction([OWNERS, table]);
    const store = transaction.objectStore(table);
    const epoch = answered(transaction.objectStore(OWNERS).get("epoch"));
    const found = keys
      ? await Promise.all(keys.map((key) => answered(store.get(key))))
      : await answered((index ? store.index(index) : store).getAll(range(query), limit));
    const records = found.filter((r) => r !== undefined).map((r) => decode(table, r));
    const next = !keys && records.length === limit ? records.at(-1).key : undefined;
    return { records, next, epoch: (await epoch) ?? 0 };
  }

  commit(epoch, changes) {
    validateChanges(changes);
    const { claim, relaxed, puts, deletes } = changes;
    const changed = new Set([...puts, ...deletes].map(({ table }) => table));
    const durability = relaxed ? "relaxed" : "strict";
    const transaction = this.#database.transaction([OWNERS, ...changed], "readwrite", { durability });
    const owners = transaction.objectStore(OWNERS);
    let stale = false;
    owners.get("epoch").onsuccess = ({ target: { result = 0 } }) => {
      stale = epoch !== result + (claim ? 1 : 0);
      if (stale) transaction.abort();
    };
    // All that follows was asked for before the epoch is known, and goes with
    // the transaction if that is aborted.
    if (claim) owners.put(epoch, "epoch");
    for (const record of puts) transaction.objectStore(record.table).put(encode(record));
    for (const { table, key } of deletes) transaction.objectStore(table).delete(key);
    return new Promise((resolve, reject) => {
      transaction.oncomplete = () => resolve();
      transaction.onabort = () => reject(stale ? new StoreError("ERR_STORE_STALE", "another owner") : failed(transaction.error));
    });
  }

  close() {
    this.#database.close();
  }
}

/** The keys that a query has still to go through, of a table or of an index. */
function range({ index, value, after }) {
  if (!index) return after === undefined ? undefined : IDBKeyRange.lowerBound(after, true);
  return IDBKeyRange.bound([value, after ?? ""], [value, []], after !== undefined, true); // arrays come after all texts
}

const encode = ({ key, value, indexes }) => ({ key, value: value.slice(), ...indexes });

const decode = (table, { key, value, ...indexes }) => ({ table, key, value, indexes });

function answered(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(failed(request.error));
  });
}

function failed(cause) {
  const code = cause?.name === "QuotaExceededError" ? "ERR_STORE_FULL" : "ERR_STORE_FAILED";
  return new StoreError(code, cause?.message ?? "the transaction was aborted", { cause });
}
