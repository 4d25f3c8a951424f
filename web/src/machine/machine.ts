/// <reference lib="esnext.disposable" preserve="true" />
import { fieldsOf, refuse } from "../bridge/arguments.js";
import { MudpuppyError } from "../bridge/errors.js";
import { handOver, type Home, listen, readErrorsBy, readPacked, takeHanded, unlisten } from "../bridge/promises.js";
import { turn } from "../bridge/turn.js";
import { type Ear, type Hosted, openHere, verify, type Wanted } from "../hosting/here.js";
import { housingOf } from "../hosting/housing.js";
import { askToPersist } from "../hosting/persist.js";
import { deleteInWorker, hostInWorker, verifyInWorker } from "../hosting/worker.js";
import { Tab } from "../tabs/tab.js";
import {
  deleteDatabase,
  Machine,
  type Persistence,
  type StoreReport,
  type ToDeviceEvent,
  type Trust,
} from "./client.js";
import { takeDetails } from "./errors.js";
import { MachineEvent, type MachineEvents, type Role, takeNews } from "./news.js";
import { checkStore, levelOf, type MachineOptions, readKey, readOptions, type StoreOptions, type WorkerOption } from "./options.js";
import { BuiltInStore } from "./stores.js";
import type { RoomKeySource } from "./keysource.js";
import { type ExportOptions, exportRoomKeys, type ImportOptions, importRoomKeys, type ImportResult } from "./roomkeys.js";
import { divideSync, type JSONObject, pickSync } from "./sync.js";

/** A room event in the clear. */
export interface ClearEvent {
  /** What kind of event it is. */
  type: string;
  /** What it says. */
  content: unknown;
  /** All else is as it was given. */
  [name: string]: unknown;
}

/** A room event that was decrypted. */
export interface DecryptedEvent {
  /** The event that was given, with the type and the content that were encrypted. */
  event: ClearEvent;
  /** How far it can be believed to be from its sender. */
  trust: Trust;
  /** Whose session the event was encrypted with. */
  sender: string;
  /** The sender's device, if it is known. */
  deviceId: string | undefined;
  /** The Curve25519 key of that device. */
  senderKey: string;
  /** The id of the session. */
  sessionId: string;
  /** Which message of the session it is. */
  index: number;
}

/** The public identity keys of a device. */
export interface MachineKeys {
  /** For sessions with other devices. */
  readonly curve25519: string;
  /** For signatures: the fingerprint of the device. */
  readonly ed25519: string;
}

/** @internal Returns what a machine is that tabs share, of this tab. */
export let tabOf: (machine: object) => Tab | undefined;

/**
 * A whole encrypting device. It is told what the homeserver says and what its user
 * wants to send, and gives back what may be shown and what must be sent. It speaks
 * to nobody itself: see {@link connect}.
 *
 * Everything it knows is in its store, and nothing leaves it before what stands
 * behind it is kept there.
 */
export class OlmMachine extends Machine {
  /** Whose device it is. */
  readonly userId: string;
  /** The id of the device. */
  readonly deviceId: string;
  /** The public identity keys of the device. */
  readonly identityKeys: MachineKeys;
  /** Whether the browser may delete the store by itself, once it has answered. */
  readonly persistence: Promise<Persistence>;
  /**
   * What the browser said of data that it has discarded, if it found its own files
   * damaged: then the store is empty, although the device is not new.
   */
  readonly discarded: string | undefined;
  #syncToken: string;
  #listener: number;
  #report: (what: string, error: unknown) => void;
  #role: Role = "owner";
  #tab: Tab | undefined;

  private constructor(options: MachineOptions, of: number | Home, opened: Hosted["opened"], persistence: Promise<Persistence>, listener: number) {
    super(of);
    this.userId = options.userId;
    this.deviceId = options.deviceId;
    this.identityKeys = { curve25519: opened.curve, ed25519: opened.ed25519 };
    this.persistence = persistence;
    this.discarded = opened.discarded || undefined;
    this.#syncToken = opened.syncToken;
    this.#listener = listener;
    this.#report = (what, error) => options.logger?.error?.(`${what} has thrown: ${error}`);
  }

  /**
   * Opens the machine of a device, or makes a new one in an empty store.
   *
   * It throws ERR_STORE_BUSY if another page has the store, ERR_STORE_KEY for a key
   * that is not the store's, ERR_OTHER_DEVICE for a store of another device, and the
   * errors of stores, ERR_STORE_….
   */
  static async open(options: MachineOptions): Promise<OlmMachine> {
    const read = readOptions(options);
    const { userId, deviceId, policy = "cross_signed", logger, wait = false, onRole } = read;
    const wanted = { userId, deviceId, policy, wait, store: read.store, key: readKey(read.key, read.unsealed), logLevel: levelOf(logger) };
    let machine: OlmMachine | undefined;
    const dispatch = (event: MachineEvent) => {
      if (event.type === "role") {
        const { role } = (event as MachineEvent<"role">).detail;
        if (machine) machine.#role = role;
        onRole?.(role);
      }
      machine?.dispatchEvent(event);
    };
    const hear = () => takeNews(logger, dispatch);
    try {
      if (read.shared) return await OlmMachine.#among(read, wanted, hear, dispatch, (opened) => (machine = opened));
      machine = read.worker ? await OlmMachine.#inWorker(read, wanted, hear, dispatch) : await OlmMachine.#here(read, wanted, hear);
      onRole?.("owner");
      return machine;
    } finally {
      wanted.key.passphrase.fill(0);
    }
  }

  /** Opens a machine in the program of this page. */
  static async #here(read: MachineOptions, wanted: Wanted, hear: () => () => void): Promise<OlmMachine> {
    const listener = listen(() => queueMicrotask(hear()));
    const time = read.clock ? handOver(checkedClock(read.clock)) : 0;
    try {
      const opened = await openHere(wanted, listener, time, read.signal);
      const asked = read.persist !== false && BuiltInStore.is(read.store);
      const persistence = asked ? (read.store as BuiltInStore).persist() : Promise.resolve("unknown" as const);
      return new OlmMachine(read, opened.machine, opened, persistence, listener);
    } catch (error) {
      unlisten(listener);
      throw error;
    } finally {
      takeHanded(time);
    }
  }

  /** Opens a machine in a worker. */
  static async #inWorker(read: MachineOptions, wanted: Wanted, hear: () => () => void, dispatch: Dispatch): Promise<OlmMachine> {
    readErrorsBy(takeDetails);
    const { home, opened } = await hostInWorker(read.worker!, read.init ?? {}, wanted, earOf(hear, dispatch), read.signal);
    return new OlmMachine(read, home, opened, persistence(read), 0);
  }

  /** Opens a machine that other tabs may have already, or will want to share. */
  static async #among(read: MachineOptions, wanted: Wanted, hear: () => () => void, dispatch: Dispatch, tell: (machine: OlmMachine) => void): Promise<OlmMachine> {
    readErrorsBy(takeDetails);
    const name = nameOfShared(read.store);
    const { worker, init = {}, signal } = read;
    const key = { raw: wanted.key.raw.slice(), passphrase: wanted.key.passphrase.slice() };
    let role: Role = "owner";
    let machine: OlmMachine | undefined;
    const tab = new Tab(name, wanted, housingOf(worker, init, name, key), {
      ...earOf(hear, dispatch),
      role: (now) => dispatch(new MachineEvent("role", { role: (role = now) })),
      position: (syncToken) => machine && (machine.#syncToken = syncToken),
    });
    const abort = () => tab.release();
    signal?.addEventListener("abort", abort, { once: true });
    if (signal?.aborted) abort();
    try {
      const opened = await tab.opened;
      machine = new OlmMachine(read, tab, opened, persistence(read), 0);
      machine.#role = role;
      machine.#tab = tab;
      tell(machine);
      return machine;
    } catch (error) {
      throw signal?.aborted ? new MudpuppyError("ERR_ABORTED", "the call was aborted", signal.reason) : error;
    } finally {
      key.raw.fill(0);
      key.passphrase.fill(0);
      signal?.removeEventListener("abort", abort);
    }
  }

  /**
   * What this page has of the machine: "owner", or, if it is `shared`, "guest" while
   * another tab has it. Only the owner calls `receiveSync`.
   */
  get role(): Role {
    return this.#role;
  }

  /** The `next_batch` of the last answer that was received whole; empty before the first. */
  get syncToken(): string {
    return this.#syncToken;
  }

  /**
   * Takes an answer to /sync, and returns the events to this device. Of the answer
   * it looks at `next_batch`, `to_device`, `device_lists`, the counts of keys, and
   * the events of rooms that say who may read.
   *
   * Give it every answer, one after the other, before the next /sync, and send what
   * is then among the outgoing requests.
   *
   * Each call acknowledges the events that the one before returned: have them dealt
   * with, or kept, before. If the page ends in between, the first call of the next
   * machine over the store returns them once more, before all others. So an event
   * comes at least once, and may come twice.
   */
  async receiveSync(answer: unknown): Promise<ToDeviceEvent[]> {
    let parts: JSONObject[];
    if (typeof answer !== "object" || answer === null) throw refuse("answer", "an object");
    try {
      parts = [...divideSync(pickSync(answer))];
    } catch (cause) {
      throw refuse("answer", "an object that can be read", cause);
    }
    const last = parts.pop()!;
    for (const part of parts) {
      await this._receiveSyncPart(part);
      await turn(); // a store in memory gives none
    }
    const { events, syncToken } = await this._receiveSync(last);
    this.#syncToken = syncToken;
    return events;
  }

  /**
   * Decrypts an `m.room.encrypted` event. It throws a {@link DecryptError}, whose
   * code says what can be done: ERR_UNKNOWN_SESSION until the key has come,
   * ERR_UNKNOWN_INDEX, ERR_REPLAY, ERR_MISMATCHED_SENDER, ERR_WRONG_ROOM,
   * ERR_UNDECRYPTABLE, ERR_ALGORITHM or ERR_FORMAT.
   */
  async decrypt(roomId: string, event: object): Promise<DecryptedEvent> {
    let given: Record<string, unknown>;
    try {
      given = { ...event };
    } catch (cause) {
      throw refuse("event", "an object that can be read", cause);
    }
    const { event_id, sender, origin_server_ts, type, content } = given;
    const { type: decryptedType, content: decrypted, ...rest } = await this._decrypt(roomId, { event_id, sender, origin_server_ts, type, content });
    return { event: { ...given, type: decryptedType, content: decrypted }, ...rest };
  }

  /**
   * Imports room keys that were exported, here or by another client: an encrypted
   * file and its `passphrase`, or JSON, as text or as a list of sessions. A file is
   * read in pieces, and nothing of an encrypted one is used before all of it was
   * found intact. Of an encrypted stream all is gathered first, up to 1 GiB.
   *
   * One bad key costs only itself: see `failed` of the result. Messages that the keys
   * decrypt get a grey shield, because nobody vouches for them.
   *
   * Whatever else is asked of the machine meanwhile goes first. If the import ends
   * early, by an error, the signal, or the page itself, call it again with the same
   * source: what has been imported is kept, and passed over quickly.
   *
   * It throws ERR_PASSPHRASE for a wrong passphrase, or a file that was altered,
   * ERR_FORMAT for what is no export, ERR_ROUNDS for a file that asks for more than
   * 50,000,000 rounds, ERR_ABORTED, or an error of the store.
   */
  async importRoomKeys(source: RoomKeySource, options: ImportOptions = {}): Promise<ImportResult> {
    return importRoomKeys({ machine: this, report: this.#report }, source, options);
  }

  /**
   * Exports the room keys: a file for other clients, encrypted with a `passphrase`, or
   * as plain JSON if that is asked for. It throws ERR_ROUNDS, ERR_ABORTED, or an error
   * of the store.
   */
  async exportRoomKeys(options: ExportOptions): Promise<Blob> {
    return exportRoomKeys({ machine: this, report: this.#report }, options);
  }

  /** Keeps what is still to be kept, overwrites all keys in memory, and closes the store. It may be called again. */
  async close(): Promise<void> {
    try {
      await this._close();
    } catch (error) {
      if (!(error instanceof MudpuppyError && error.code === "ERR_CLOSED")) throw error;
    } finally {
      this.free();
    }
  }

  override free(): void {
    super.free();
    unlisten(this.#listener);
  }

  /** What `await using` calls. */
  declare [Symbol.asyncDispose]: () => Promise<void>;

  static {
    tabOf = (machine) => (#tab in machine ? machine.#tab : undefined);

    // The key that compilers of `await using` look for where the engine has none.
    const dispose: symbol = Symbol.asyncDispose ?? Symbol.for("Symbol.asyncDispose");
    Object.defineProperty(OlmMachine.prototype, dispose, {
      value(this: OlmMachine) {
        return this.close();
      },
      configurable: true,
      writable: true,
    });
  }

  /** Has a function called at each event of a kind: see {@link MachineEvents}. */
  override addEventListener<Name extends keyof MachineEvents>(
    type: Name,
    listener: ((event: MachineEvent<Name>) => void) | null,
    options?: boolean | AddEventListenerOptions,
  ): void;
  /** The same for all others, of which there are none. */
  override addEventListener(type: string, listener: EventListenerOrEventListenerObject | null, options?: boolean | AddEventListenerOptions): void;
  override addEventListener(type: string, listener: unknown, options?: boolean | AddEventListenerOptions): void {
    super.addEventListener(type, listener as EventListener, options);
  }

  /** Undoes `addEventListener`. */
  override removeEventListener<Name extends keyof MachineEvents>(
    type: Name,
    listener: ((event: MachineEvent<Name>) => void) | null,
    options?: boolean | EventListenerOptions,
  ): void;
  /** The same for all others. */
  override removeEventListener(type: string, listener: EventListenerOrEventListenerObject | null, options?: boolean | EventListenerOptions): void;
  override removeEventListener(type: string, listener: unknown, options?: boolean | EventListenerOptions): void {
    super.removeEventListener(type, listener as EventListener, options);
  }
}

/** Has a clock that fails, or gives what is no time, count as the usual one. */
function checkedClock(clock: () => number): () => number {
  return () => {
    try {
      const time = clock();
      if (Number.isFinite(time)) return time;
    } catch {
      // a clock can do nothing about it
    }
    return Date.now();
  };
}

type Dispatch = (event: MachineEvent) => void;

/** What hears a machine that is elsewhere. */
function earOf(hear: () => () => void, dispatch: Dispatch): Ear {
  return {
    news: (bytes) => readPacked(bytes, hear)(),
    ended: () => dispatch(new MachineEvent("role", { role: "ended" })),
  };
}

/** Asks the browser to keep the store of a machine that is elsewhere. */
async function persistence({ persist, store }: MachineOptions): Promise<Persistence> {
  return persist !== false && BuiltInStore.is(store) && "indexedDB" in store.place() ? askToPersist() : "unknown";
}

/** The name of a store that tabs can share. */
function nameOfShared(store: unknown): string {
  const place = BuiltInStore.is(store) && store.place();
  if (!place || !("indexedDB" in place)) throw refuse("store", "indexedDBStore(name) for a machine that is shared");
  if (!globalThis.navigator?.locks || !globalThis.BroadcastChannel) {
    throw new MudpuppyError("ERR_UNSUPPORTED", "to share a machine takes Web Locks and BroadcastChannel, which secure pages have");
  }
  return place.indexedDB;
}

/**
 * Reads a whole sealed store that nobody has open, and tells what was altered in it,
 * rolled back or dropped.
 */
export async function verifyStore(options: StoreOptions & Pick<MachineOptions, "worker" | "init">): Promise<StoreReport> {
  const [given, key, worker, init] = fieldsOf("the options", options, "store", "key", "worker", "init");
  checkStore(given);
  const store = given as StoreOptions["store"];
  const read = readKey(key, false);
  return worker ? verifyInWorker(worker as WorkerOption, init ?? {}, store, read) : verify(store, read);
}

/**
 * Deletes a database with all that is in it, if there is one. Pages that have it
 * open find it gone. It throws ERR_STORE_BLOCKED if one of them does not let go of
 * it: then it is deleted when that one does.
 */
export async function deleteIndexedDBStore(name: string, options: Pick<MachineOptions, "worker" | "init"> = {}): Promise<void> {
  const [worker, init] = fieldsOf("the options", options, "worker", "init");
  return worker ? deleteInWorker(worker as WorkerOption, init ?? {}, name) : deleteDatabase(name);
}
