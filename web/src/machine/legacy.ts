import { MudpuppyError } from "../bridge/errors.js";
import type { LibolmData, LibolmGroupSession, LibolmRoom, LibolmSession } from "./migrate.js";

/** What lies in a database of matrix-js-sdk. */
export interface LibolmStore extends LibolmData {
  /** Lets go of the database, so that it can be deleted. */
  close(): void;
}

/** How many records are read at a time. */
const PAGE = 200;

/**
 * Opens the database in which matrix-js-sdk kept what libolm made, for
 * {@link migrateFromLibolm} to take over. It gives undefined if there is none, or no
 * account in it, or if matrix-js-sdk has begun to take the account over itself, into the
 * engine that it has now: what lies there is out of date then. Nothing is changed there.
 */
export async function openLibolmStore(name = "matrix-js-sdk:crypto"): Promise<LibolmStore | undefined> {
  const opening = indexedDB.open(name);
  let isNew = false;
  opening.onupgradeneeded = () => {
    isNew = true;
    opening.transaction!.abort(); // or an empty one would be made
  };
  const db = await answerOf(opening).catch((error: unknown) => {
    if (isNew) return undefined;
    throw error;
  });
  if (!db) return undefined;
  const account = await read(db, "account", (table) => table.get("-"));
  const movedOn = await read(db, "account", (table) => table.get("migrationState"));
  if (typeof account !== "string" || movedOn) {
    db.close();
    return undefined;
  }
  const ids = (await read(db, "rooms", (table) => table.getAllKeys())) ?? [];
  const rooms = (await read(db, "rooms", (table) => table.getAll())) ?? [];
  const devices = await read(db, "device_data", (table) => table.get("-"));
  return {
    account,
    sessions: pages<LibolmSession>(db, "sessions", "deviceKey"),
    groupSessions: pages<LibolmGroupSession>(db, "inbound_group_sessions", "senderCurve25519Key"),
    rooms: ids.map((id, i) => [id as string, rooms[i] as LibolmRoom] as const),
    users: Object.entries(devices?.trackingStatus ?? {}).flatMap(([user, status]) => (status ? [user] : [])),
    close: () => db.close(),
  };
}

/** Reads a table to its end, in the order of its keys: a field and the id of the session. */
async function* pages<T>(db: IDBDatabase, table: string, field: string): AsyncGenerator<T> {
  for (let range: IDBKeyRange | null = null; ; ) {
    const records: Record<string, string>[] = (await read(db, table, (all) => all.getAll(range, PAGE))) ?? [];
    yield* records as T[];
    if (records.length < PAGE) return;
    const last = records.at(-1)!;
    range = IDBKeyRange.lowerBound([last[field], last["sessionId"]], true);
  }
}

/** Asks a table for something, which old databases may not have. */
async function read<T>(db: IDBDatabase, table: string, ask: (all: IDBObjectStore) => IDBRequest<T>): Promise<T | undefined> {
  if (!db.objectStoreNames.contains(table)) return undefined;
  return answerOf(ask(db.transaction(table).objectStore(table)));
}

function answerOf<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(new MudpuppyError("ERR_STORE_FAILED", "what libolm has made cannot be read", request.error));
  });
}
