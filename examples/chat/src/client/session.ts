// A logged-in device: it hears what is new, and does what its user asks for.
import { signal } from "@preact/signals";
import { MudpuppyError, type Role } from "mudpuppy";
import { ensureSigned, type Standing } from "../crypto/cross-signing";
import { whatHappened } from "../crypto/words";
import { Decryptor } from "../crypto/decryptor";
import { Device, deleteDevice } from "../crypto/device";
import { logOut } from "../matrix/account";
import { Http, MatrixError } from "../matrix/http";
import type { Room } from "../matrix/room";
import * as rooms from "../matrix/rooms";
import { upload } from "../matrix/media";
import { type Reach, syncForever } from "../matrix/sync";
import type { Content, Credentials, SyncAnswer } from "../matrix/types";
import { onLost, wipe } from "../storage/database";
import type { SavedSession } from "../storage/session";
import { forget } from "../storage/vault";
import { REDACTION } from "./drafts";
import { type Draft, Outbox } from "./outbox";
import { Rooms } from "./rooms";
import { Tabs } from "./tabs";

/** Why a session cannot go on. */
export type End = { why: "logged out" | "token refused" | "store lost" | "tab ended"; detail: string };

export interface SessionOptions {
  saved: SavedSession;
  /** Asks for the account's password, if the homeserver wants it again. */
  password(): Promise<string | undefined>;
  onEnd(end: End): void;
}

const PAGE = 100;

export class Session {
  readonly credentials: Credentials;
  readonly http: Http;
  readonly device: Device;
  readonly decryptor: Decryptor;
  readonly rooms: Rooms;
  readonly outbox: Outbox;
  readonly reach = signal<Reach>("connecting");
  /** Whether other devices may trust this one. */
  readonly standing = signal<Standing>("unknown");
  /** What went wrong in the background. */
  readonly trouble = signal("");
  /** Whether this tab owns the machine. */
  readonly isOwner = signal(false);
  /** Counts the changes of devices and identities. */
  readonly devicesChanged = signal(0);
  readonly #asked = new Set<string>();
  readonly #ending = new AbortController();
  readonly #onEnd: (end: End) => void;
  readonly #tabs: Tabs;
  #hasKept = false;
  /** Ends when this tab does not own the machine any more. */
  #owning = new AbortController();

  static async open(options: SessionOptions): Promise<Session> {
    const waiting: Role[] = [];
    let onRole: (role: Role) => void = (role) => waiting.push(role);
    const device = await Device.open(options.saved, { password: options.password, onRole: (role) => onRole(role) });
    const session = new Session(options, device);
    session.#hasKept = await session.rooms.load();
    await session.outbox.goOn();
    session.#tabs.begin();
    onRole = (role) => session.#roleIs(role);
    waiting.forEach(onRole);
    return session;
  }

  private constructor({ saved: { credentials }, onEnd }: SessionOptions, device: Device) {
    this.credentials = credentials;
    this.http = new Http(credentials.homeserver, credentials.accessToken);
    this.device = device;
    this.decryptor = new Decryptor(device.machine);
    this.rooms = new Rooms(credentials.userId);
    this.#onEnd = onEnd;
    this.outbox = new Outbox({
      upload: (file) => upload(this.http, file, this.#ending.signal),
      encrypt: (roomId, type, content) => this.#encrypt(roomId, type, content),
      send: (roomId, type, transaction, content) =>
        type === REDACTION
          ? rooms.redact(this.http, roomId, String(content["redacts"]), transaction)
          : rooms.sendEvent(this.http, roomId, type, transaction, content),
      arrived: (roomId) => this.rooms.byId.get(roomId)?.events ?? [],
      signal: this.#ending.signal,
    });
    this.#tabs = new Tabs(`mudpuppy-chat ${credentials.userId} ${credentials.deviceId}`, {
      onAnswer: (answer) => this.#show(answer),
      onLoggedOut: () => this.#end({ why: "logged out", detail: "" }),
    });
    this.#watch();
  }

  get userId(): string {
    return this.credentials.userId;
  }

  #watch(): void {
    const { machine } = this.device;
    const changed = () => {
      this.devicesChanged.value++;
      void this.#updateStanding();
    };
    machine.addEventListener("devicesChanged", changed);
    machine.addEventListener("identityChanged", changed);
    machine.addEventListener("storeLost", ({ detail: { error } }) => this.#end({ why: "store lost", detail: error.code }));
    onLost(() => this.#end({ why: "store lost", detail: "ERR_STORE_GONE" }), this.#ending.signal);
  }

  /** The tab that owns the machine syncs, and the others hear of it. */
  #roleIs(role: Role): void {
    this.isOwner.value = role === "owner";
    this.#owning.abort();
    this.#owning = new AbortController();
    if (role === "owner") {
      void this.outbox.goOn();
      void this.#listen(AbortSignal.any([this.#owning.signal, this.#ending.signal]));
    } else if (role === "guest") {
      this.reach.value = "online"; // as far as one can tell here
      void this.#updateStanding();
    } else if (role === "robbed" || role === "ended") this.#end({ why: "tab ended", detail: "" });
  }

  async #listen(signal: AbortSignal): Promise<void> {
    const { machine } = this.device;
    try {
      if (!this.#hasKept && machine.syncToken) await machine.refreshDevices();
      await syncForever({
        http: this.http,
        since: () => (this.#hasKept ? machine.syncToken || undefined : undefined),
        take: async (answer) => {
          await this.#take(answer);
          this.#hasKept = true;
        },
        mayPass: (error) => {
          this.trouble.value = whatHappened(error);
          return isFull(error);
        },
        onReach: (reach) => (this.reach.value = reach),
        signal,
      });
    } catch (error) {
      if (signal.aborted) return;
      if (error instanceof MatrixError && error.status === 401) this.#end({ why: "token refused", detail: error.message });
      else if (error instanceof MudpuppyError) this.#end({ why: "store lost", detail: error.code });
      else this.trouble.value = whatHappened(error);
    }
  }

  /** The rooms are kept first: should the machine not get to its part, it asks for the same answer again. */
  async #take(answer: SyncAnswer): Promise<void> {
    await this.rooms.takeAndKeep(answer);
    await this.device.machine.receiveSync(answer);
    this.#tabs.tell(answer);
    this.#look(answer); // now that the keys for what is new are here
    void this.#pump();
  }

  /** Shows what the tab has heard that owns the machine. */
  #show(answer: SyncAnswer): void {
    this.rooms.take(answer);
    this.#look(answer);
  }

  #look({ rooms }: SyncAnswer): void {
    if (!rooms) return;
    this.rooms.changed.value++;
    for (const [id, { timeline }] of Object.entries(rooms.join ?? {})) this.outbox.settle(id, timeline?.events ?? []);
  }

  /** Sends what the device has to send. */
  async #pump(): Promise<void> {
    try {
      await this.device.connection.pump();
      this.trouble.value = "";
      if (this.standing.peek() !== "verified") await this.#updateStanding();
    } catch (error) {
      const { status } = error as { status?: number };
      if (this.#ending.signal.aborted || status === 0) return; // which is shown already
      this.trouble.value = whatHappened(error);
    }
  }

  async #updateStanding(): Promise<void> {
    this.standing.value = await ensureSigned(this.device).catch(() => "unknown" as const);
  }

  async #encrypt(roomId: string, type: string, content: Content): Promise<Content | undefined> {
    const room = this.rooms.byId.get(roomId);
    if (!room) throw new Error("You are not in this room any more.");
    if (!room.isEncrypted || type === REDACTION) return undefined;
    return this.device.encrypt(roomId, room.members.map(({ userId }) => userId), type, content);
  }

  /** Sends a message, and returns when it cannot be lost any more. */
  async say(roomId: string, draft: Draft): Promise<void> {
    await this.outbox.add(roomId, draft);
  }

  /** Asks the other own devices for the key of a session, once. */
  askForKey(roomId: string, sessionId: string): void {
    const name = `${roomId} ${sessionId}`;
    if (!sessionId || this.#asked.has(name)) return;
    this.#asked.add(name);
    this.change(() => this.device.machine.requestRoomKey(roomId, sessionId)).catch(() => this.#asked.delete(name));
  }

  /** Has the device do something, and sends what comes of it. */
  async change(act: () => Promise<void>): Promise<void> {
    await act();
    this.devicesChanged.value++;
    void this.#pump();
  }

  /** Gets ready what takes time, when somebody begins to write. */
  async prepare(room: Room): Promise<void> {
    if (!room.isEncrypted) return;
    await this.device.machine.prepareToEncrypt(room.roomId, room.members.map(({ userId }) => userId));
    await this.#pump();
  }

  /** Loads older history, and tells whether there is more. */
  async loadOlder(room: Room): Promise<boolean> {
    if (room.before === undefined) return false;
    const { chunk, end } = await rooms.history(this.http, room.roomId, room.before, PAGE);
    room.takeHistory(chunk, chunk.length > 0 ? end : undefined);
    this.rooms.changed.value++;
    return room.before !== undefined;
  }

  async markRead(room: Room): Promise<void> {
    const last = room.events.at(-1)?.event_id;
    if (!last || last === room.readUpTo) return;
    room.readUpTo = last;
    this.rooms.changed.value++;
    await this.rooms.keep([room]);
    await rooms.markRead(this.http, room.roomId, last).catch(() => {}); // told with the next one
  }

  #end(end: End): void {
    if (this.#ending.signal.aborted) return;
    void this.close();
    this.#onEnd(end);
  }

  /** Lets go of everything, for another tab or a later visit. */
  async close(): Promise<void> {
    this.#ending.abort();
    this.#tabs.close();
    await this.device.close().catch(() => {});
  }

  /** Logs out, and forgets everything that was kept here. */
  async logOut(): Promise<void> {
    const told = logOut(this.credentials).catch(() => {}); // the server may be gone
    this.#tabs.tellLoggedOut();
    await this.close();
    await told;
    await deleteEverything(this.credentials);
    this.#onEnd({ why: "logged out", detail: "" });
  }
}

/** Whether there is no space left, which may come back. */
function isFull(error: unknown): boolean {
  const { code, name } = error as { code?: unknown; name?: string };
  return code === "ERR_STORE_FULL" || name === "QuotaExceededError";
}

/** Deletes all that is kept in this browser. */
export async function deleteEverything(credentials: Credentials | undefined): Promise<void> {
  if (credentials) await deleteDevice(credentials).catch(() => {});
  await wipe();
  forget();
}
