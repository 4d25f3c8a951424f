// What is to be sent: kept before anything leaves, and sent until the homeserver has it.
//
// Any tab may send; a lock has them do so one after the other.
//
// A message is sealed and kept as it was written, then encrypted once, kept again, and
// sent as often as need be under the same transaction id. So nothing is lost if the
// browser dies in between, and nothing is sent twice.
import { signal } from "@preact/signals";
import { backoff, pause } from "../matrix/backoff";
import { MatrixError } from "../matrix/http";
import type { Content, RoomEvent } from "../matrix/types";
import { all, change, get } from "../storage/database";
import { type Sealed, sealJSON, unsealJSON } from "../storage/vault";

export interface Draft {
  type: string;
  content: Content;
  /** The encrypted bytes of a file, whose address is still to be put into the content. */
  file?: Blob;
}

/** A message on its way. */
export interface Outgoing extends Draft {
  /** Its transaction id. */
  id: string;
  roomId: string;
  at: number;
  /** What is sent in its place, once it is encrypted. */
  encrypted?: Content;
  state: "waiting" | "sent" | "failed";
  /** Why it failed, or waits. */
  problem?: string;
  /** What became of it on the homeserver. */
  eventId?: string;
}

/** How a message is kept. */
interface Kept {
  id: string;
  roomId: string;
  at: number;
  sealed: Sealed;
  /** Bytes, since private windows of WebKit keep no blobs. */
  file: ArrayBuffer | undefined;
  encrypted: Content | undefined;
}

export interface OutboxOptions {
  upload(file: Blob): Promise<string>;
  /** Undefined for what is sent as it is. */
  encrypt(roomId: string, type: string, content: Content): Promise<Content | undefined>;
  send(roomId: string, type: string, transaction: string, content: Content): Promise<string>;
  /** What has come back by sync already. */
  arrived(roomId: string): readonly RoomEvent[];
  signal: AbortSignal;
}

/** What is said of an error, for people. */
function problemOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function isTransient(error: unknown): boolean {
  if (error instanceof MatrixError) return error.isTransient;
  const { code, status } = error as { code?: string; status?: number };
  if (code === "ERR_REQUEST") return status === 0 || status === 429 || (status ?? 0) >= 500;
  return code === "ERR_NOT_SHARED";
}

export class Outbox {
  /** Everything that is not in the timeline yet, oldest first. */
  readonly items = signal<readonly Outgoing[]>([]);
  readonly #options: OutboxOptions;
  readonly #running = new Set<string>();

  constructor(options: OutboxOptions) {
    this.#options = options;
  }

  /** Goes on with what was left, here or by a tab that is no more. */
  async goOn(): Promise<void> {
    const known = new Set(this.items.peek().map(({ id }) => id));
    const kept = (await all<Kept>("outbox")).filter(({ id }) => !known.has(id)).sort((a, b) => a.at - b.at);
    const items = kept.map(async ({ id, roomId, at, sealed, file, encrypted }): Promise<Outgoing> => {
      const draft = await unsealJSON<Draft>(sealed);
      return { ...draft, id, roomId, at, state: "waiting", ...(file && { file: new Blob([file]) }), ...(encrypted && { encrypted }) };
    });
    this.items.value = [...(await Promise.all(items)), ...this.items.value];
    for (const { roomId } of kept) this.settle(roomId, this.#options.arrived(roomId));
    for (const { roomId } of kept) void this.#run(roomId);
  }

  /** Takes a message, and returns when it cannot be lost any more. */
  async add(roomId: string, draft: Draft): Promise<void> {
    const item: Outgoing = { ...draft, id: crypto.randomUUID(), roomId, at: Date.now(), state: "waiting" };
    await this.#keep(item);
    this.items.value = [...this.items.value, item];
    void this.#run(roomId);
  }

  async #keep({ id, roomId, at, type, content, file, encrypted }: Outgoing): Promise<void> {
    const kept: Kept = { id, roomId, at, sealed: await sealJSON({ type, content }), file: await file?.arrayBuffer(), encrypted };
    await change(["outbox", id, kept]);
  }

  async retry(id: string): Promise<void> {
    const item = this.#set(id, { state: "waiting", problem: "" });
    if (item) await this.#run(item.roomId);
  }

  async cancel(id: string): Promise<void> {
    await change(["outbox", id, undefined]);
    this.#drop(id);
  }

  #drop(id: string): void {
    this.items.value = this.items.value.filter((item) => item.id !== id);
  }

  /** Notes what has come back by sync, which then stands in the timeline. */
  settle(roomId: string, events: readonly RoomEvent[]): void {
    const arrived = (item: Outgoing) => item.roomId === roomId && events.some((event) => isSame(item, event));
    const done = this.items.value.filter(arrived);
    if (done.length === 0) return;
    this.items.value = this.items.value.filter((item) => !done.includes(item));
    for (const { id } of done) void change(["outbox", id, undefined]);
  }

  #set(id: string, changes: Partial<Outgoing>): Outgoing | undefined {
    this.items.value = this.items.value.map((item) => (item.id === id ? { ...item, ...changes } : item));
    return this.items.value.find((item) => item.id === id);
  }

  /** Sends what waits in a room, one message after the other. */
  async #run(roomId: string): Promise<void> {
    if (this.#running.has(roomId)) return;
    this.#running.add(roomId);
    try {
      await navigator.locks.request(`mudpuppy-chat sends to ${roomId}`, { signal: this.#options.signal }, () => this.#runAlone(roomId));
    } catch {
      // the session has ended
    } finally {
      this.#running.delete(roomId);
    }
  }

  async #runAlone(roomId: string): Promise<void> {
    const { signal } = this.#options;
    for (let failures = 0; !signal.aborted; ) {
      const item = this.items.peek().find((item) => item.roomId === roomId && item.state === "waiting");
      if (!item) return;
      try {
        await this.#send(item);
        failures = 0;
      } catch (error) {
        if (signal.aborted) return;
        const transient = isTransient(error);
        this.#set(item.id, { state: transient ? "waiting" : "failed", problem: problemOf(error) });
        if (transient) await pause(backoff(++failures, error instanceof MatrixError ? error.retryAfter : 0), signal);
      }
    }
  }

  async #send(waiting: Outgoing): Promise<void> {
    let item = waiting;
    const { upload, encrypt, send } = this.#options;
    const { id, roomId, type } = item;
    if (!(await get("outbox", id))) return this.#drop(id); // another tab has sent it
    if (item.file) {
      const { file, ...rest } = item;
      const address = await upload(file);
      item = { ...rest, content: withAddress(rest.content, address) };
      await this.#replace(item);
    }
    const encrypted = item.encrypted ?? (await encrypt(roomId, type, item.content));
    if (encrypted && !item.encrypted) {
      item = { ...item, encrypted };
      await this.#replace(item);
    }
    const eventId = await send(roomId, encrypted ? "m.room.encrypted" : type, id, encrypted ?? item.content);
    this.#set(id, { state: "sent", eventId, problem: "" });
    this.settle(roomId, this.#options.arrived(roomId)); // sync can be faster than the answer
    await change(["outbox", id, undefined]);
  }

  async #replace(item: Outgoing): Promise<void> {
    await this.#keep(item);
    this.items.value = this.items.value.map((other) => (other.id === item.id ? item : other));
  }
}

/** Puts the address of a file into what is said of it. */
function withAddress(content: Content, url: string): Content {
  return { ...content, file: { ...(content["file"] as Content), url } };
}

/** Whether an event is what became of a message. A server that was killed may have forgotten the transaction. */
function isSame({ id, eventId, encrypted }: Outgoing, event: RoomEvent): boolean {
  if (event.event_id === eventId || event.unsigned?.transaction_id === id) return true;
  return encrypted !== undefined && encrypted["ciphertext"] !== undefined && encrypted["ciphertext"] === event.content["ciphertext"];
}
