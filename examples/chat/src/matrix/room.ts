// What is known of a room: its state, and the latest part of its history.
import { type Content, objectIn, type RoomEvent, type SmallEvent, type SyncedRoom, textIn } from "./types";

export type Membership = "join" | "invite" | "leave";

export interface Member {
  userId: string;
  name: string;
  membership: string;
}

/** Part of the history, oldest first. Those of a room follow each other without a gap. */
export interface Stretch {
  /** Where to ask for what came before; undefined at the beginning of the room. */
  before: string | undefined;
  events: RoomEvent[];
}

/** What is kept of a room from one visit to the next. */
export interface KeptRoom {
  roomId: string;
  membership: Membership;
  state: (RoomEvent | SmallEvent)[];
  stretches: Stretch[];
  readUpTo: string | undefined;
}

/** How many events are kept, about. */
const KEPT = 200;

export class Room {
  readonly roomId: string;
  membership: Membership;
  /** All events that are here, oldest first. */
  events: RoomEvent[] = [];
  /** The last event that was read, here or on another device. */
  readUpTo: string | undefined;
  /** Who is writing. */
  typing: string[] = [];
  #stretches: Stretch[] = [];
  readonly #state = new Map<string, RoomEvent | SmallEvent>();
  readonly #known = new Map<string, RoomEvent>();

  constructor(roomId: string, membership: Membership) {
    this.roomId = roomId;
    this.membership = membership;
  }

  static restore({ roomId, membership, state, stretches, readUpTo }: KeptRoom): Room {
    const room = new Room(roomId, membership);
    for (const event of state) room.#setState(event);
    for (const { before, events } of stretches) room.#append(before, events);
    room.readUpTo = readUpTo;
    return room;
  }

  keep(): KeptRoom {
    let first = this.#stretches.length;
    for (let count = 0; first > 0 && count < KEPT; ) count += this.#stretches[--first]?.events.length ?? 0;
    const { roomId, membership, readUpTo } = this;
    return { roomId, membership, state: [...this.#state.values()], stretches: this.#stretches.slice(first), readUpTo };
  }

  /** Takes what a sync says of the room, and tells whether that is for people to see. */
  take({ timeline = {}, state, ephemeral }: SyncedRoom, ownUserId: string): void {
    const events = timeline.events ?? [];
    for (const event of [...(state?.events ?? []), ...events]) if (event.state_key !== undefined) this.#setState(event);
    if (timeline.limited) this.#forgetHistory(); // there is a gap, which scrolling back fills
    if (events.length > 0 || timeline.limited) this.#append(timeline.prev_batch, events);
    for (const event of ephemeral?.events ?? []) this.#takeSmall(event, ownUserId);
    if (events.at(-1)?.sender === ownUserId) this.readUpTo = events.at(-1)?.event_id;
  }

  takeInvitation(events: SmallEvent[]): void {
    for (const event of events) this.#setState(event);
  }

  /** Takes older history, latest first. */
  takeHistory(chunk: RoomEvent[], before: string | undefined): void {
    const events = this.#fresh([...chunk].reverse());
    this.#stretches.unshift({ before, events });
    this.events = [...events, ...this.events];
  }

  /** Where to ask for what came before; undefined if all is here. */
  get before(): string | undefined {
    return this.#stretches[0]?.before;
  }

  #append(before: string | undefined, all: RoomEvent[]): void {
    const events = this.#fresh(all);
    const last = this.#stretches.at(-1);
    if (last && before === undefined) last.events.push(...events);
    else this.#stretches.push({ before, events });
    this.events = [...this.events, ...events];
  }

  /** Those that are not here yet. */
  #fresh(events: RoomEvent[]): RoomEvent[] {
    const fresh = events.filter(({ event_id }) => !this.#known.has(event_id));
    for (const event of fresh) this.#known.set(event.event_id, event);
    return fresh;
  }

  #forgetHistory(): void {
    this.#stretches = [];
    this.#known.clear();
    this.events = [];
  }

  #setState(event: RoomEvent | SmallEvent): void {
    this.#state.set(`${event.type} ${event.state_key ?? ""}`, event);
  }

  #takeSmall({ type, content }: SmallEvent, ownUserId: string): void {
    if (type === "m.typing") {
      const users = content["user_ids"];
      this.typing = Array.isArray(users) ? users.filter((user) => user !== ownUserId) : [];
    }
    if (type !== "m.receipt") return;
    for (const [eventId, receipts] of Object.entries(content)) {
      const readers = objectIn(receipts as Content, "m.read");
      if (readers && ownUserId in readers) this.readUpTo = eventId;
    }
  }

  event(eventId: string): RoomEvent | undefined {
    return this.#known.get(eventId);
  }

  /** The content of a state event, empty if there is none. */
  state(type: string, key = ""): Content {
    return this.#state.get(`${type} ${key}`)?.content ?? {};
  }

  get isEncrypted(): boolean {
    return textIn(this.state("m.room.encryption"), "algorithm") !== undefined;
  }

  /** Who is in the room or invited, in the order of their names. */
  get members(): Member[] {
    const events = [...this.#state.values()].filter(({ type }) => type === "m.room.member");
    const all = events.map(({ state_key = "", content }) => ({
      userId: state_key,
      name: textIn(content, "displayname") || state_key,
      membership: textIn(content, "membership") ?? "",
    }));
    return all.filter(({ membership }) => membership === "join" || membership === "invite").sort((a, b) => a.name.localeCompare(b.name));
  }

  nameOf(userId: string): string {
    return textIn(this.state("m.room.member", userId), "displayname") || userId;
  }

  /** Who invited us. */
  inviter(ownUserId: string): string | undefined {
    return this.#state.get(`m.room.member ${ownUserId}`)?.sender;
  }

  /** What to call the room. */
  name(ownUserId: string): string {
    const given = textIn(this.state("m.room.name"), "name");
    if (given) return given;
    const others = this.members.filter(({ userId }) => userId !== ownUserId).map(({ name }) => name);
    if (others.length > 3) return `${others.slice(0, 3).join(", ")} and ${others.length - 3} more`;
    return others.join(", ") || (this.membership === "invite" ? this.inviter(ownUserId) : undefined) || "Nobody else";
  }

  /** How many messages of others came after the last that was read. */
  unread(ownUserId: string): number {
    let count = 0;
    for (let i = this.events.length; i-- > 0; ) {
      const event = this.events[i];
      if (!event || event.event_id === this.readUpTo || event.sender === ownUserId) break;
      if (isMessage(event)) count++;
    }
    return count;
  }

  /** When something happened last. */
  get latest(): number {
    return this.events.at(-1)?.origin_server_ts ?? 0;
  }
}

/** Whether people would call an event a message. */
export function isMessage({ type }: { type: string }): boolean {
  return type === "m.room.encrypted" || type === "m.room.message";
}
