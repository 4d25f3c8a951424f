// What a program does that belongs to no machine: the program of this page, or that of
// a worker.
import { checkText } from "../bridge/arguments.js";
import { MudpuppyError } from "../bridge/errors.js";
import { type Home, release } from "../bridge/promises.js";
import { addJSON, type Value } from "../bridge/values.js";
import type { InitOptions } from "../loader/init.js";
import {
  addEncryptedRooms,
  addPickledRoomKeys,
  addPickledSessions,
  addTrackedUsers,
  beginMigration,
  decryptFile,
  encryptFile,
  endMigration,
  type FileKeys,
  type Key,
  type Outcome,
  type PickledDevice,
} from "../machine/client.js";
import type { MigrationKind } from "../machine/migrate.js";
import type { WorkerOption } from "../machine/options.js";
import { type BuiltInStore, leave, openPlace } from "../machine/stores.js";
import type { Store } from "../store/types.js";
import { copyOf, hostOf, type WorkerHost } from "./worker.js";

/** A program, wherever it runs. Objects of it are known by their number, if it is that of this page. */
export interface Program {
  /** Begins to encrypt a file: what FileEncrypter is made of, and the keys for the platform. */
  encryptFile(): Promise<{ of: number | Home; keys: FileKeys }>;
  /** Begins to decrypt one: what FileDecrypter is made of. */
  decryptFile(file: unknown): Promise<number | Home>;
  /** Begins to take a device over into a store. */
  beginMigration(store: BuiltInStore | Store, key: Key, device: PickledDevice, signal: AbortSignal | undefined): Promise<Migration>;
}

/** What takes over each kind. */
const adders = {
  sessions: addPickledSessions,
  groupSessions: addPickledRoomKeys,
  rooms: addEncryptedRooms,
  users: addTrackedUsers,
} satisfies Record<MigrationKind, unknown>;

/** Items of a kind, as they are read. */
export type Batch<Kind extends MigrationKind> = Parameters<(typeof adders)[Kind]>[1] & unknown[];

/** A migration that was begun. */
export interface Migration {
  /** Whether there is nothing left to do. */
  readonly finished: boolean;
  add<Kind extends MigrationKind>(kind: Kind, batch: Batch<Kind>): Promise<Outcome[]>;
  /** Ends it, whether all is there or not. */
  end(whole: boolean): Promise<void>;
}

/** The program that is meant. */
export function programOf(worker: WorkerOption | undefined, init: InitOptions | undefined): Program {
  return worker ? new InWorker(hostOf(worker, init ?? {})) : here;
}

/** The program of this page or worker. */
export const here: Program = {
  async encryptFile() {
    const { encrypter, keys } = await encryptFile();
    return { of: encrypter, keys };
  },
  decryptFile,
  async beginMigration(store, key, device, signal) {
    const place = await openPlace(store, { wait: false, listener: 0, signal });
    const { migration, finished } = await beginMigration(place, key, device).finally(() => leave(store, place));
    return {
      finished,
      add: (kind, batch) => (adders[kind] as (migration: number, batch: unknown[]) => Promise<Outcome[]>)(migration, batch),
      end: (whole) => endMigration(migration, whole).finally(() => release(migration)),
    };
  },
};

class InWorker implements Program {
  readonly #host: WorkerHost;

  constructor(host: WorkerHost) {
    this.#host = host;
  }

  async encryptFile(): Promise<{ of: Home; keys: FileKeys }> {
    const { home, told } = await this.#host.make<FileKeys>((machine) => [{ do: "encryptFile", machine }, []]);
    return { of: home, keys: told };
  }

  async decryptFile(file: unknown): Promise<Home> {
    const values: Value[] = []; // as if it were called here
    addJSON(values, "file", file);
    const [text] = values;
    if (typeof text !== "string") throw new MudpuppyError("ERR_ATTACHMENT_FORMAT", "it is far too long for an EncryptedFile");
    return (await this.#host.make((machine) => [{ do: "decryptFile", machine, file: text }, []])).home;
  }

  async beginMigration(store: BuiltInStore | Store, key: Key, device: PickledDevice, signal: AbortSignal | undefined): Promise<Migration> {
    const host = this.#host;
    const place = host.placeOf(store);
    for (const name of ["userId", "deviceId", "account"] as const) checkText(`device.${name}`, device[name]);
    const { home, told: finished } = await host.make<boolean>((machine) => {
      const copy = copyOf(key);
      const pickleKey = typeof device.pickleKey === "string" ? device.pickleKey : new Uint8Array(device.pickleKey); // and no more of its memory
      const message = { do: "beginMigration" as const, machine, store: place, key: copy, device: { ...device, pickleKey } };
      return [message, [copy.raw.buffer, copy.passphrase.buffer]];
    }, signal);
    return {
      finished,
      add: (kind, batch) => host.do({ do: "migrate", migration: home.machine, kind, batch }),
      end: (whole) => host.do<void>({ do: "endMigration", migration: home.machine, whole }).finally(() => home.release()),
    };
  }
}
