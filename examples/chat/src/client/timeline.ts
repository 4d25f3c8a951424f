// The rows that people see of a room's history.
import { isMessage, type Room } from "../matrix/room";
import { type Content, objectIn, type RoomEvent, textIn } from "../matrix/types";
import { REDACTION } from "./drafts";
import type { Outgoing } from "./outbox";

export interface MessageRow {
  kind: "message";
  key: string;
  event: RoomEvent;
  /** What replaces it, latest last. */
  edits: RoomEvent[];
  /** Whether somebody else wrote before, or a while ago. */
  startsGroup: boolean;
  /** While it is on its way. */
  outgoing: Outgoing | undefined;
  /** While the wish to delete it is. */
  removal: Outgoing | undefined;
}

export type Row = MessageRow | { kind: "day"; key: string; at: number } | { kind: "notice"; key: string; text: string };

const GROUP = 5 * 60_000;

/** What an event relates to, by a kind of relation. */
export function relation(content: Content, kind: "m.replace" | "m.in_reply_to"): string | undefined {
  const relates = objectIn(content, "m.relates_to");
  if (kind === "m.in_reply_to") return textIn(objectIn(relates, kind), "event_id");
  return textIn(relates, "rel_type") === kind ? textIn(relates, "event_id") : undefined;
}

/** A message on its way, as the event it will be. */
function asEvent({ id, type, content, at }: Outgoing, sender: string): RoomEvent {
  return { event_id: id, type, content, sender, origin_server_ts: at };
}

/** Makes the rows of a room. */
export function rows(room: Room, outgoing: readonly Outgoing[], ownUserId: string): Row[] {
  const own = new Map(outgoing.filter(({ roomId }) => roomId === room.roomId).map((item) => [item.id, item]));
  const events = [...room.events, ...[...own.values()].map((item) => asEvent(item, ownUserId))];
  const edits = editsOf(events);
  const removals = new Map([...own.values()].filter(({ type }) => type === REDACTION).map((item) => [redactedBy(asEvent(item, ownUserId)), item]));
  const refused = ({ event_id }: RoomEvent) => own.get(event_id)?.state === "failed";
  const redacted = new Set(events.filter((event) => event.type === REDACTION && !refused(event)).map(redactedBy));
  const ciphertexts = new Set<unknown>();
  const result: Row[] = [];
  let [day, author, last] = ["", "", 0];
  for (const event of events) {
    const copy = event.content["ciphertext"];
    if (copy !== undefined && ciphertexts.has(copy)) continue; // a server that was killed may have taken it twice
    ciphertexts.add(copy);
    const row = rowOf(room, event, edits, redacted);
    if (!row) continue;
    const date = new Date(event.origin_server_ts);
    if (date.toDateString() !== day) {
      day = date.toDateString();
      author = "";
      result.push({ kind: "day", key: `day ${day}`, at: event.origin_server_ts });
    }
    if (row.kind === "message") {
      row.outgoing = own.get(event.event_id);
      row.removal = removals.get(event.event_id);
      row.startsGroup = event.sender !== author || event.origin_server_ts - last > GROUP;
      [author, last] = [event.sender, event.origin_server_ts];
    } else author = "";
    result.push(row);
  }
  return result;
}

function redactedBy({ redacts, content }: RoomEvent): string {
  return redacts ?? textIn(content, "redacts") ?? "";
}

/** The edits of each message. Only its author can edit it. */
function editsOf(events: RoomEvent[]): Map<string, RoomEvent[]> {
  const authors = new Map(events.map(({ event_id, sender }) => [event_id, sender]));
  const edits = new Map<string, RoomEvent[]>();
  for (const event of events) {
    const target = isMessage(event) ? relation(event.content, "m.replace") : undefined;
    if (!target || authors.get(target) !== event.sender || event.unsigned?.redacted_because) continue;
    edits.set(target, [...(edits.get(target) ?? []), event]);
  }
  return edits;
}

function rowOf(room: Room, event: RoomEvent, edits: Map<string, RoomEvent[]>, redacted: Set<string>): Row | undefined {
  const key = event.event_id;
  if (isMessage(event)) {
    if (relation(event.content, "m.replace")) return undefined; // shown in place of the message
    const gone = redacted.has(key) && !event.unsigned?.redacted_because;
    const shown = gone ? { ...event, content: {}, unsigned: { redacted_because: event } } : event;
    return { kind: "message", key, event: shown, edits: edits.get(key) ?? [], startsGroup: true, outgoing: undefined, removal: undefined };
  }
  const text = notice(room, event);
  return text ? { kind: "notice", key, text } : undefined;
}

/** A change of the room, in words. */
function notice(room: Room, event: RoomEvent): string | undefined {
  const who = room.nameOf(event.sender);
  switch (event.type) {
    case "m.room.create":
      return `${who} created the room`;
    case "m.room.encryption":
      return `${who} turned on encryption`;
    case "m.room.name":
      return `${who} called the room “${textIn(event.content, "name") ?? ""}”`;
    case "m.room.member":
      return membershipNotice(room, event, who);
  }
  return undefined;
}

function membershipNotice(room: Room, { sender, state_key = "", content, unsigned }: RoomEvent, who: string): string | undefined {
  const before = textIn(unsigned?.prev_content, "membership");
  const other = textIn(content, "displayname") ?? textIn(unsigned?.prev_content, "displayname") ?? room.nameOf(state_key);
  switch (textIn(content, "membership")) {
    case "join":
      return before === "join" ? undefined : `${other} joined`;
    case "invite":
      return `${who} invited ${other}`;
    case "leave":
      if (state_key !== sender) return `${who} removed ${other}`;
      return before === "invite" ? `${other} declined the invitation` : `${other} left`;
    case "ban":
      return `${who} banned ${other}`;
  }
  return undefined;
}
