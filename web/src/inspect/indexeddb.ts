import { Tally } from "./tally.js";
import type { Inspection, TableInspection } from "./types.js";

/** The object store in which Mudpuppy keeps the epoch, and its key there. */
const OWNERS = "owners";
const EPOCH = "epoch";

/**
 * Counts what a database of the browser holds: each of its object stores is a
 * table. Reads only, and makes no database where there is none. Values may be
 * bytes, or objects that hold bytes and the texts of the indexes.
 */
export async function inspectIndexedDB(name: string): Promise<Inspection> {
  const database = await openExisting(name);
  try {
    const names = [...database.objectStoreNames];
    const epoch = names.includes(OWNERS) ? await readEpoch(database) : undefined;
    const tables: TableInspection[] = [];
    for (const name of names) {
      if (name !== OWNERS) tables.push(await inspectObjectStore(database, name));
    }
    return { epoch, schema: database.version, tables };
  } finally {
    database.close();
  }
}

function readEpoch(database: IDBDatabase): Promise<number> {
  return new Promise((resolve, reject) => {
    const request = database.transaction(OWNERS, "readonly").objectStore(OWNERS).get(EPOCH);
    request.onerror = () => reject(request.error);
    request.onsuccess = () => resolve(typeof request.result === "number" ? request.result : 0);
  });
}

function openExisting(name: string): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(name);
    // Asked for only where there is no database yet: then none is made.
    request.onupgradeneeded = () => request.transaction?.abort();
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(new Error(`there is no database ${JSON.stringify(name)} to inspect`, { cause: request.error }));
  });
}

function inspectObjectStore(database: IDBDatabase, name: string): Promise<TableInspection> {
  return new Promise((resolve, reject) => {
    const store = database.transaction(name, "readonly").objectStore(name);
    const indexes = [...store.indexNames].map((name) => ({ name, path: store.index(name).keyPath }));
    const tally = new Tally(
      name,
      indexes.map(({ name }) => name),
    );
    const request = store.openCursor();
    request.onerror = () => reject(request.error);
    request.onsuccess = () => {
      const cursor = request.result;
      if (!cursor) return resolve(tally.result());
      const texts = indexes.map(({ name, path }) => [name, at(cursor.value, path)]);
      tally.add(keyText(cursor.key), size(cursor.value), Object.fromEntries(texts));
      cursor.continue();
    };
  });
}

/** The bytes in a value. */
function size(value: unknown): number {
  if (value instanceof ArrayBuffer || ArrayBuffer.isView(value)) return value.byteLength;
  if (typeof value !== "object" || value === null) return 0;
  return Object.values(value).reduce((sum: number, part: unknown) => sum + size(part), 0);
}

/** The text by which an index finds a value. Where it goes by several, the others only put records in order. */
function at(value: unknown, path: string | string[]): unknown {
  const names = (Array.isArray(path) ? path[0] : path)?.split(".") ?? [];
  return names.reduce((part: unknown, name) => (part as Record<string, unknown> | undefined)?.[name], value);
}

function keyText(key: IDBValidKey): string {
  return Array.isArray(key) ? key.map(keyText).join("") : String(key);
}
