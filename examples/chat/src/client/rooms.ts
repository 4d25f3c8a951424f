// The rooms of the account, kept from one visit to the next.
import { signal } from "@preact/signals";
import { type KeptRoom, type Membership, Room } from "../matrix/room";
import type { SyncAnswer } from "../matrix/types";
import { all, type Change, change, get } from "../storage/database";

const POSITION = "position";

export class Rooms {
  /** Counts the changes, for the page to look again. */
  readonly changed = signal(0);
  readonly byId = new Map<string, Room>();
  readonly #ownUserId: string;

  constructor(ownUserId: string) {
    this.#ownUserId = ownUserId;
  }

  /** Reads what was kept, and tells whether something was. */
  async load(): Promise<boolean> {
    for (const kept of await all<KeptRoom>("rooms")) this.byId.set(kept.roomId, Room.restore(kept));
    this.changed.value++;
    return (await get("session", POSITION)) !== undefined;
  }

  /** Takes an answer to sync, and returns what it touched. The page looks again at {@link changed}, which is the caller's to count. */
  take({ rooms = {} }: SyncAnswer): Set<Room> {
    const touched = new Set<Room>();
    const room = (id: string, membership: Membership) => {
      let found = this.byId.get(id);
      if (!found || (found.membership !== membership && membership === "join")) this.byId.set(id, (found = new Room(id, membership)));
      found.membership = membership;
      touched.add(found);
      return found;
    };
    for (const [id, synced] of Object.entries(rooms.join ?? {})) room(id, "join").take(synced, this.#ownUserId);
    for (const [id, { invite_state }] of Object.entries(rooms.invite ?? {})) room(id, "invite").takeInvitation(invite_state?.events ?? []);
    for (const id of Object.keys(rooms.leave ?? {})) this.byId.delete(id);
    return touched;
  }

  /** Takes an answer to sync, and keeps what it changed. */
  async takeAndKeep(answer: SyncAnswer): Promise<void> {
    const touched = this.take(answer);
    const left = Object.keys(answer.rooms?.leave ?? {});
    if (left.length > 0) await change(...left.map((id): Change => ["rooms", id, undefined]));
    await this.keep(touched, answer.next_batch);
  }

  /** Keeps rooms as they are now. */
  async keep(rooms: Iterable<Room>, position?: string): Promise<void> {
    const changes: Change[] = [...rooms].map((room) => ["rooms", room.roomId, room.keep()]);
    if (position) changes.push(["session", POSITION, position]);
    if (changes.length > 0) await change(...changes);
  }

  /** All rooms, invitations first, then those where something happened last. */
  get sorted(): Room[] {
    const invited = (room: Room) => Number(room.membership === "invite");
    return [...this.byId.values()].sort((a, b) => invited(b) - invited(a) || b.latest - a.latest);
  }
}
