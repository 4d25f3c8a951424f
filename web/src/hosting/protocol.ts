// What a page and its worker say to each other, over a MessagePort.
import { type ErrorCode, MudpuppyError } from "../bridge/errors.js";
import { type Answer, pack } from "../bridge/promises.js";
import { RequestError } from "../connect/http.js";
import { REQUEST } from "../machine/errors.js";
import type { Key, PickledDevice } from "../machine/client.js";
import type { InitOptions } from "../loader/init.js";
import type { MigrationKind } from "../machine/migrate.js";
import type { Wanted } from "./here.js";

/** Names this build. What is said elsewhere is understood by the same build alone. */
declare const MUDPUPPY_BUILD: string;
export const build: string = MUDPUPPY_BUILD;

/** The first message to a worker, which all others follow by the port in it. */
export interface Greeting {
  mudpuppy: string;
  port: MessagePort;
  /** Where the program is found. */
  init: Omit<InitOptions, "signal">;
}

/** A store that a worker can open: one of the browser, or one in its memory. */
export type Place = { indexedDB: string } | { memory: number };

/** What a page says. Calls, machines, files and migrations bear numbers that it gives them. */
export type ToWorker =
  | { do: "open"; call: number; machine: number; wanted: Omit<Wanted, "store"> & { store: Place } }
  | { do: "call"; call: number; machine: number; name: string; values: Uint8Array<ArrayBuffer> }
  | { do: "verify"; call: number; store: Place; key: Key }
  | { do: "check"; call: number; name: string; key: Key }
  | { do: "delete"; call: number; name: string }
  | { do: "encryptFile"; call: number; machine: number }
  | { do: "decryptFile"; call: number; machine: number; file: string }
  | { do: "beginMigration"; call: number; machine: number; store: Place; key: Key; device: PickledDevice }
  | { do: "migrate"; call: number; migration: number; kind: MigrationKind; batch: unknown[] }
  | { do: "endMigration"; call: number; migration: number; whole: boolean }
  | { do: "abort"; call: number }
  | { do: "release"; machine: number };

/** What a worker says. */
export type FromWorker =
  | { is: "ready"; life: string }
  | { is: "refused"; code: ErrorCode; message: string }
  | { is: "answer"; call: number; answer: Answer }
  | { is: "failed"; call: number; answer: Answer }
  | { is: "value"; call: number; value: unknown }
  | { is: "news"; machine: number; bytes: Uint8Array<ArrayBuffer> }
  | { is: "crashed" };

/** The answer to a call that could not even be begun. */
export function failure(error: unknown): Answer {
  if (error instanceof RequestError) {
    const { code, message, kind, status, errcode } = error;
    return { failed: true, bytes: pack([code, message, REQUEST, kind, status, errcode ?? ""]) };
  }
  const { code, message } = error instanceof MudpuppyError ? error : new MudpuppyError("ERR_INTERNAL", "an error that has no code");
  return { failed: true, bytes: pack([code, message, 0]) };
}
