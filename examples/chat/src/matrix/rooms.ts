// What one can do in rooms.
import { type Http, path } from "./http";
import type { Content, RoomEvent } from "./types";

const inRoom = (roomId: string, ...parts: string[]) => path("v3", "rooms", roomId, ...parts);

/** Makes a private, encrypted room, and returns its id. */
export async function createRoom(http: Http, name: string, invite: string[]): Promise<string> {
  const encryption = { type: "m.room.encryption", state_key: "", content: { algorithm: "m.megolm.v1.aes-sha2" } };
  const request = { name: name || undefined, preset: "private_chat", invite, initial_state: [encryption] };
  return (await http.json<{ room_id: string }>("POST", path("v3", "createRoom"), { json: request })).room_id;
}

export async function invite(http: Http, roomId: string, userId: string): Promise<void> {
  await http.json("POST", inRoom(roomId, "invite"), { json: { user_id: userId } });
}

export async function join(http: Http, roomId: string): Promise<void> {
  await http.json("POST", inRoom(roomId, "join"), { json: {} });
}

/** Leaves a room, or declines an invitation. */
export async function leave(http: Http, roomId: string): Promise<void> {
  await http.json("POST", inRoom(roomId, "leave"), { json: {} });
}

/** Removes somebody from a room. */
export async function remove(http: Http, roomId: string, userId: string): Promise<void> {
  await http.json("POST", inRoom(roomId, "kick"), { json: { user_id: userId } });
}

/** Sends an event. However often it is sent with the same transaction id, it is sent once. */
export async function sendEvent(http: Http, roomId: string, type: string, transaction: string, content: Content): Promise<string> {
  const answer = await http.json<{ event_id: string }>("PUT", inRoom(roomId, "send", type, transaction), { json: content });
  return answer.event_id;
}

/** Has the homeserver delete what an event says. */
export async function redact(http: Http, roomId: string, eventId: string, transaction: string): Promise<string> {
  const answer = await http.json<{ event_id: string }>("PUT", inRoom(roomId, "redact", eventId, transaction), { json: {} });
  return answer.event_id;
}

export async function fetchEvent(http: Http, roomId: string, eventId: string): Promise<RoomEvent> {
  return http.json("GET", inRoom(roomId, "event", eventId));
}

/** Part of the history, latest first. */
export interface HistoryPage {
  chunk: RoomEvent[];
  /** Where it goes on, unless this was the beginning. */
  end?: string;
}

export async function history(http: Http, roomId: string, from: string | undefined, limit: number): Promise<HistoryPage> {
  return http.json("GET", inRoom(roomId, "messages"), { query: { dir: "b", from, limit: String(limit) } });
}

/** Tells the others, and one's own devices, how far one has read. */
export async function markRead(http: Http, roomId: string, eventId: string): Promise<void> {
  await http.json("POST", inRoom(roomId, "receipt", "m.read", eventId), { json: {} });
}

export async function setTyping(http: Http, roomId: string, userId: string, typing: boolean): Promise<void> {
  await http.json("PUT", inRoom(roomId, "typing", userId), { json: typing ? { typing, timeout: 20_000 } : { typing } });
}

export async function setDisplayName(http: Http, userId: string, displayname: string): Promise<void> {
  await http.json("PUT", path("v3", "profile", userId, "displayname"), { json: { displayname } });
}
