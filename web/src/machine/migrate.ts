import { checkData, checkText, fieldsOf, refuse } from "../bridge/arguments.js";
import { type ErrorCode, MudpuppyError } from "../bridge/errors.js";
import { type Batch, type Migration, programOf } from "../hosting/program.js";
import type { EncryptedRoom, PickledDevice, PickledRoomKey, PickledSession } from "./client.js";
import { checkSignal, checkStore, checkWorker, type MachineOptions, readKey, type StoreOptions } from "./options.js";

/** Items that are there, or come one after the other. */
export type Items<T> = Iterable<T> | AsyncIterable<T>;

/** An Olm session: a record of the table `sessions` of matrix-js-sdk. */
export interface LibolmSession {
  /** The Curve25519 key of the other device. */
  deviceKey: string;
  /** The id of the session, which is compared if it is there. */
  sessionId?: string | undefined;
  /** The pickle. */
  session: string;
  /** When it received last, in milliseconds since 1970. The one that did so last is written with. */
  lastReceivedMessageTs?: number | undefined;
}

/** An inbound group session: a record of the table `inbound_group_sessions` of matrix-js-sdk. */
export interface LibolmGroupSession {
  /** The Curve25519 key of the device that made it. */
  senderCurve25519Key: string;
  /** The id of the session, which is compared if it is there. */
  sessionId?: string | undefined;
  /** The session, and what is known of it. */
  session: LibolmGroupSessionData;
}

/** An inbound group session, and what is known of it. */
export interface LibolmGroupSessionData {
  /** The room that it is for. */
  room_id: string;
  /** The pickle. */
  session: string;
  /** The keys that the device which made it said were its own: of interest is `ed25519`. */
  keysClaimed?: Record<string, string | undefined> | undefined;
  /** Through whose hands it went. Only of an empty list is it believed that it came from that device itself. */
  forwardingCurve25519KeyChain?: string[] | undefined;
  /** Whether it came from anywhere else than from that device. */
  untrusted?: boolean | undefined;
  /** Whether it may be given to those who come to the room later. */
  sharedHistory?: boolean | undefined;
}

/** How a room is encrypted: a record of the table `rooms` of matrix-js-sdk, whose keys are the rooms' ids. */
export interface LibolmRoom {
  /** That of Megolm, `m.megolm.v1.aes-sha2`. */
  algorithm: string;
  /** How old a session gets. */
  rotation_period_ms?: number | undefined;
  /** How many messages it is for. */
  rotation_period_msgs?: number | undefined;
}

/** What was kept with libolm. */
export interface LibolmData {
  /** The pickle of the account: what stands under `-` in the table `account` of matrix-js-sdk. */
  account: string;
  /** Olm sessions. */
  sessions?: Items<LibolmSession> | undefined;
  /** Inbound group sessions. */
  groupSessions?: Items<LibolmGroupSession> | undefined;
  /** Rooms that are encrypted, each with its id before it, as a Map has them. */
  rooms?: Items<readonly [string, LibolmRoom]> | undefined;
  /** Users whose devices were followed. */
  users?: Items<string> | undefined;
}

/** Says what to take over, and where to. */
export interface MigrationOptions extends StoreOptions, LibolmData, Pick<MachineOptions, "worker" | "init"> {
  /** Whose device it is, such as `@alice:example.org`. */
  userId: string;
  /** The id of the device, which stays the same. */
  deviceId: string;
  /** What the pickles were made under: as text, if it was text. matrix-js-sdk took `DEFAULT_KEY` where it was given none. */
  pickleKey: string | Uint8Array;
  /** Is told now and then how many items are done. */
  onProgress?: ((done: number) => void) | undefined;
  /** Gives up. Call it again to go on. */
  signal?: AbortSignal | undefined;
}

/** What became of the items of a kind. */
export interface MigrationCount {
  /** How many are in the store now. */
  taken: number;
  /** How many are not, because there was the same one, or a better one, or more sessions with a device than the six that are kept. */
  surplus: number;
  /** How many could not be taken. */
  failed: number;
}

/** The kinds of what is taken over. */
export type MigrationKind = "sessions" | "groupSessions" | "rooms" | "users";

/** An item that could not be taken. */
export interface MigrationFailure {
  /** Of which kind it is. */
  kind: MigrationKind;
  /** Which of its kind it is, counted from 0. */
  index: number;
  /** What was given. */
  item: unknown;
  /** Why: `ERR_PICKLE_KEY` for a pickle under another key, for instance. */
  code: ErrorCode;
  /** For developers, without secrets. */
  message: string;
}

/** What became of everything. */
export interface MigrationReport {
  /** Whether the store had the device before. Then nothing was done. */
  alreadyDone: boolean;
  /** Of Olm sessions. */
  sessions: MigrationCount;
  /** Of inbound group sessions. */
  groupSessions: MigrationCount;
  /** Of rooms. */
  rooms: MigrationCount;
  /** Of users. */
  users: MigrationCount;
  /** What could not be taken. */
  failures: MigrationFailure[];
}

/** How many items cross at a time. */
const BATCH = 250;

/**
 * Takes a device that was kept with libolm over into an empty store, where
 * {@link OlmMachine.open} finds it afterwards. It keeps its identity, and its
 * conversations go on where they were. Nothing may use what libolm kept from then on:
 * delete it when the report is there.
 *
 * What cannot be read costs only itself, and stands in the report, except the account:
 * then it throws ERR_PICKLE_KEY, or another ERR_PICKLE_…, or ERR_LEGACY_ACCOUNT, and
 * leaves the store empty. It throws ERR_OTHER_DEVICE if there is anything else in the
 * store, ERR_ABORTED, and the errors of stores, ERR_STORE_….
 *
 * If it ends early, by an error, the signal, or the page itself, call it again with all
 * that there is. Until it has ended well, the store cannot be opened:
 * ERR_HALF_MIGRATED.
 */
export async function migrateFromLibolm(options: MigrationOptions): Promise<MigrationReport> {
  const [store, givenKey, unsealed, userId, deviceId, account, pickleKey, onProgress, signal, worker, init, ...given] = fieldsOf(
    ...(["the options", options, "store", "key", "unsealed", "userId", "deviceId", "account", "pickleKey", "onProgress"] as const),
    ...(["signal", "worker", "init", "sessions", "groupSessions", "rooms", "users"] as const),
  );
  checkStore(store);
  checkData("pickleKey", pickleKey);
  if (onProgress !== undefined && typeof onProgress !== "function") throw refuse("onProgress", "a function");
  if (signal !== undefined) checkSignal(signal);
  checkWorker(worker);
  const key = readKey(givenKey, unsealed);
  const device = { userId, deviceId, account, pickleKey } as PickledDevice;
  try {
    const program = programOf(worker as MigrationOptions["worker"], init as MigrationOptions["init"]);
    const migration = await program.beginMigration(store as StoreOptions["store"], key, device, signal as AbortSignal | undefined);
    const job = new Job(migration, onProgress as MigrationOptions["onProgress"], signal as AbortSignal | undefined);
    let whole = false;
    try {
      if (migration.finished) return { ...job.report, alreadyDone: true };
      await job.add("sessions", given[0], readSession);
      await job.add("groupSessions", given[1], readGroupSession);
      await job.add("rooms", given[2], readRoom);
      await job.add("users", given[3], readUser);
      whole = true;
    } finally {
      await migration.end(whole);
    }
    return job.report;
  } finally {
    key.passphrase.fill(0);
  }
}

interface Item {
  index: number;
  item: unknown;
  /** What was read of it. */
  read: unknown;
}

/** A migration under way. */
class Job {
  readonly report: MigrationReport;
  readonly #migration: Migration;
  readonly #signal: AbortSignal | undefined;
  readonly #onProgress: MigrationOptions["onProgress"];
  #done = 0;

  constructor(migration: Migration, onProgress: MigrationOptions["onProgress"], signal: AbortSignal | undefined) {
    const none = () => ({ taken: 0, surplus: 0, failed: 0 });
    this.report = { alreadyDone: false, sessions: none(), groupSessions: none(), rooms: none(), users: none(), failures: [] };
    this.#migration = migration;
    this.#onProgress = onProgress;
    this.#signal = signal;
  }

  /** Takes all items of a kind over, some at a time. */
  async add<Kind extends MigrationKind>(kind: Kind, items: unknown, read: (item: unknown) => Batch<Kind>[number]): Promise<void> {
    if (items === undefined) return;
    if (!isIterable(items)) throw refuse(kind, "an array, or something else that can be iterated");
    let index = 0;
    let batch: Item[] = [];
    for await (const item of items as Items<unknown>) {
      try {
        batch.push({ index, item, read: read(item) });
      } catch (error) {
        if (!(error instanceof MudpuppyError)) throw error;
        this.#fail(kind, { index, item }, error.code, error.message);
      }
      if (++index % BATCH === 0) {
        await this.#take(kind, batch);
        this.#onProgress?.((this.#done += BATCH));
        batch = [];
      }
    }
    await this.#take(kind, batch);
    this.#onProgress?.((this.#done += index % BATCH));
  }

  async #take(kind: MigrationKind, batch: Item[]): Promise<void> {
    if (this.#signal?.aborted) throw new MudpuppyError("ERR_ABORTED", "the migration was aborted", this.#signal.reason);
    if (batch.length === 0) return;
    const outcomes = await this.#migration.add(kind, batch.map(({ read }) => read) as Batch<MigrationKind>);
    for (const [i, { surplus, code, message }] of outcomes.entries()) {
      if (code !== "") this.#fail(kind, batch[i]!, code as ErrorCode, message);
      else this.report[kind][surplus ? "surplus" : "taken"]++;
    }
  }

  #fail(kind: MigrationKind, { index, item }: Omit<Item, "read">, code: ErrorCode, message: string): void {
    this.report[kind].failed++;
    this.report.failures.push({ kind, index, item, code, message });
  }
}

function isIterable(items: unknown): boolean {
  return typeof items === "object" && items !== null && (Symbol.iterator in items || Symbol.asyncIterator in items);
}

// What is read of an item. Times and numbers that make no sense count as not given.

function textOf(label: string, value: unknown): string {
  checkText(label, value);
  return value as string;
}

function textOrNone(label: string, value: unknown): string {
  return value === undefined || value === null ? "" : textOf(label, value);
}

function numberOr0(value: unknown): number {
  const whole = Math.trunc(Number(typeof value === "number" ? value : 0));
  return Number.isSafeInteger(whole) ? whole : 0;
}

function readSession(item: unknown): PickledSession {
  const [deviceKey, sessionId, session, received] = fieldsOf("the item", item, "deviceKey", "sessionId", "session", "lastReceivedMessageTs");
  return {
    senderKey: textOf("deviceKey", deviceKey),
    sessionId: textOrNone("sessionId", sessionId),
    pickle: textOf("session", session),
    received: numberOr0(received),
  };
}

function readGroupSession(item: unknown): PickledRoomKey {
  const [senderKey, sessionId, data] = fieldsOf("the item", item, "senderCurve25519Key", "sessionId", "session");
  const [roomId, session, claimed, chain, untrusted, shared] = fieldsOf(
    ...(["session", data, "room_id", "session", "keysClaimed", "forwardingCurve25519KeyChain", "untrusted", "sharedHistory"] as const),
  );
  const [ed25519] = claimed === undefined || claimed === null ? [] : fieldsOf("session.keysClaimed", claimed, "ed25519");
  const direct = Array.isArray(chain) && chain.length === 0 && (untrusted === undefined || untrusted === false);
  return {
    roomId: textOf("session.room_id", roomId),
    senderKey: textOf("senderCurve25519Key", senderKey),
    sessionId: textOrNone("sessionId", sessionId),
    ed25519: textOrNone("session.keysClaimed.ed25519", ed25519),
    pickle: textOf("session.session", session),
    authentic: direct,
    sharedHistory: shared === true,
  };
}

function readRoom(item: unknown): EncryptedRoom {
  const [roomId, settings] = fieldsOf("the item", item, "0", "1");
  const [algorithm, ms, messages] = fieldsOf("the settings", settings, "algorithm", "rotation_period_ms", "rotation_period_msgs");
  return {
    roomId: textOf("the room id", roomId),
    algorithm: textOrNone("algorithm", algorithm),
    rotationPeriodMs: numberOr0(ms),
    rotationPeriodMessages: numberOr0(messages),
  };
}

const readUser = (item: unknown): string => textOf("the user id", item);
