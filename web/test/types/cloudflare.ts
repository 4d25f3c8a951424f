// What must compile of mudpuppy/cloudflare, and, marked as an error expected, what must
// not. Objects of the platform are described here as far as they are needed, as by
// @cloudflare/workers-types.
import { OlmMachine } from "mudpuppy";
import { type D1, d1Store, type DurableStorage, durableStore, GoObject, type ObjectState } from "mudpuppy/cloudflare";
import type { Store } from "mudpuppy/store";

type SqlValue = ArrayBuffer | string | number | null;
declare class Cursor<T extends Record<string, SqlValue>> {
  toArray(): T[];
  [Symbol.iterator](): IterableIterator<T>;
}
declare abstract class Storage {
  sql: { exec<T extends Record<string, SqlValue>>(query: string, ...bindings: any[]): Cursor<T>; get databaseSize(): number };
  transactionSync<T>(closure: () => T): T;
  sync(): Promise<void>;
  setAlarm(time: number | Date): Promise<void>;
}
declare abstract class Statement {
  bind(...values: unknown[]): Statement;
  first<T = unknown>(column: string): Promise<T | null>;
}
declare abstract class Database {
  prepare(query: string): Statement;
  batch<T = unknown>(statements: Statement[]): Promise<{ success: true; results: T[]; meta: Record<string, unknown> }[]>;
}
declare const state: { storage: Storage; blockConcurrencyWhile<T>(callback: () => Promise<T>): Promise<T>; abort(reason?: string): void };
declare const database: Database;
declare const module: WebAssembly.Module;

const storage: DurableStorage = state.storage;
const d1: D1 = database;
const store: Store = durableStore(storage);
await OlmMachine.open({ userId: "@a:b", deviceId: "D", store, key: new Uint8Array(32) });
await OlmMachine.open({ userId: "@a:b", deviceId: "D", store: d1Store(d1, { name: "alerts" }), key: new Uint8Array(32) });

export class Bot extends GoObject {
  static override module = module;
}
const object: ObjectState = state;
const response: Response = await new Bot(object, { SECRET: "" }).fetch(new Request("https://b"));
export { response };

// @ts-expect-error: this is no storage
durableStore(database);
// @ts-expect-error: nor is this a database
d1Store(state.storage);
// @ts-expect-error: a name is a text
durableStore(storage, { name: 1 });
