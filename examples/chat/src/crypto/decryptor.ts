// Messages in the clear: decrypted when they are seen, and again when keys come.
import { signal, type Signal } from "@preact/signals";
import { DecryptError, MudpuppyError, type OlmMachine, type Trust, type Withheld } from "mudpuppy";
import type { Content, RoomEvent } from "../matrix/types";

/** A message that can be read. */
export interface Clear {
  state: "clear";
  type: string;
  content: Content;
  /** Undefined for a message that was never encrypted. */
  encryption: Encryption | undefined;
}

/** How a message was encrypted. */
export interface Encryption {
  trust: Trust;
  deviceId: string | undefined;
  senderKey: string;
  sessionId: string;
  index: number;
}

/** A message that cannot be read, for now. */
export interface Unreadable {
  state: "unreadable";
  code: string;
  sessionId: string;
  withheld: Withheld | undefined;
  /** When it was first tried. */
  since: number;
}

export type Reading = { state: "reading" } | Clear | Unreadable;

interface Entry {
  roomId: string;
  event: RoomEvent;
  reading: Signal<Reading>;
}

export class Decryptor {
  readonly #machine: OlmMachine;
  readonly #entries = new Map<string, Entry>();
  /** Ids of the messages on the screen, with how often they are there. */
  readonly #seen = new Map<string, number>();

  constructor(machine: OlmMachine) {
    this.#machine = machine;
    machine.addEventListener("roomKeys", ({ detail: { roomId, sessionIds } }) => this.#tryAgain(roomId, new Set(sessionIds)));
    machine.addEventListener("devicesChanged", () => this.#lookAgain());
    machine.addEventListener("identityChanged", () => this.#lookAgain());
  }

  /** What a message says, as far as that is known; it changes by itself. */
  read(roomId: string, event: RoomEvent): Signal<Reading> {
    const known = this.#entries.get(event.event_id);
    if (known && known.event.content === event.content) return known.reading;
    const entry: Entry = { roomId, event, reading: signal<Reading>({ state: "reading" }) };
    this.#entries.set(event.event_id, entry);
    if (event.type !== "m.room.encrypted") entry.reading.value = { state: "clear", type: event.type, content: event.content, encryption: undefined };
    else void this.#decrypt(entry);
    return entry.reading;
  }

  /** Notes that a message is on the screen, until the function that is returned is called. */
  watch(eventId: string): () => void {
    this.#seen.set(eventId, (this.#seen.get(eventId) ?? 0) + 1);
    return () => {
      const count = (this.#seen.get(eventId) ?? 1) - 1;
      if (count > 0) this.#seen.set(eventId, count);
      else this.#seen.delete(eventId);
    };
  }

  /** Tries once more: why a key was withheld may be known by now. */
  tryOnceMore(eventId: string): void {
    const entry = this.#entries.get(eventId);
    if (entry?.reading.peek().state === "unreadable") void this.#decrypt(entry);
  }

  async #decrypt({ roomId, event, reading }: Entry): Promise<void> {
    try {
      const { event: clear, trust, deviceId, senderKey, sessionId, index } = await this.#machine.decrypt(roomId, event);
      const encryption = { trust, deviceId, senderKey, sessionId, index };
      reading.value = { state: "clear", type: clear.type, content: clear.content as Content, encryption };
    } catch (error) {
      const before = reading.peek();
      const since = before.state === "unreadable" ? before.since : Date.now();
      reading.value = { state: "unreadable", ...explain(error), since };
    }
  }

  #tryAgain(roomId: string, sessionIds: Set<string>): void {
    for (const entry of this.#entries.values()) {
      const reading = entry.reading.peek();
      if (entry.roomId !== roomId || reading.state !== "unreadable" || !sessionIds.has(reading.sessionId)) continue;
      void this.#decrypt(entry);
    }
  }

  /** Asks again how far the messages on the screen can be believed. The others are read again when they come there. */
  #lookAgain(): void {
    for (const [id, entry] of this.#entries) {
      if (entry.event.type !== "m.room.encrypted") continue;
      if (this.#seen.has(id)) void this.#decrypt(entry);
      else this.#entries.delete(id);
    }
  }
}

function explain(error: unknown): Omit<Unreadable, "state" | "since"> {
  if (error instanceof DecryptError) return { code: error.code, sessionId: error.sessionId, withheld: error.withheld };
  return { code: error instanceof MudpuppyError ? error.code : "ERR_INTERNAL", sessionId: "", withheld: undefined };
}
