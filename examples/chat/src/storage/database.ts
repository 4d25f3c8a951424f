// The database of the app itself. All that is secret in it is sealed: see vault.ts.
// The keys of the conversations are not here but in Mudpuppy's own database.

export const NAME = "mudpuppy-chat";

const TABLES = ["keys", "session", "rooms", "outbox", "recipients"] as const;
export type Table = (typeof TABLES)[number];

let opening: Promise<IDBDatabase> | undefined;
const lost = new EventTarget();

/** Calls back when the database was deleted while it was open, until the signal is aborted. */
export function onLost(listener: () => void, signal?: AbortSignal): void {
  lost.addEventListener("lost", listener, signal ? { signal } : undefined);
}

function open(): Promise<IDBDatabase> {
  opening ??= new Promise((resolve, reject) => {
    const request = indexedDB.open(NAME, 1);
    request.onupgradeneeded = () => TABLES.forEach((table) => request.result.createObjectStore(table));
    request.onerror = () => reject(request.error);
    request.onsuccess = () => {
      const database = request.result;
      const letGo = () => {
        database.close();
        opening = undefined;
        lost.dispatchEvent(new Event("lost"));
      };
      database.onversionchange = letGo;
      database.onclose = letGo;
      resolve(database);
    };
  });
  opening.catch(() => (opening = undefined));
  return opening;
}

function settled<Result>(request: IDBRequest<Result>): Promise<Result> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

export async function get<Value>(table: Table, key: IDBValidKey): Promise<Value | undefined> {
  const database = await open();
  return settled<Value | undefined>(database.transaction(table).objectStore(table).get(key));
}

export async function all<Value>(table: Table): Promise<Value[]> {
  const database = await open();
  return settled<Value[]>(database.transaction(table).objectStore(table).getAll());
}

/** A change of one table: undefined deletes. */
export type Change = [table: Table, key: IDBValidKey, value: unknown];

/** Makes changes, all or none, and returns when they outlast a power failure. */
export async function change(...changes: Change[]): Promise<void> {
  const database = await open();
  const tables = [...new Set(changes.map(([table]) => table))];
  const transaction = database.transaction(tables, "readwrite", { durability: "strict" });
  await new Promise<void>((resolve, reject) => {
    try {
      for (const [name, key, value] of changes) {
        const table = transaction.objectStore(name);
        if (value === undefined) table.delete(key);
        else table.put(value, key);
      }
    } catch (error) {
      transaction.abort();
      reject(error);
    }
    transaction.oncomplete = () => resolve();
    transaction.onabort = () => reject(transaction.error);
  });
}

/** Deletes everything. */
export async function wipe(): Promise<void> {
  const database = await opening?.catch(() => undefined);
  database?.close();
  opening = undefined;
  await settled(indexedDB.deleteDatabase(NAME));
}
