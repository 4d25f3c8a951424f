// The parts of Matrix that this client looks at.
// https://spec.matrix.org/latest/client-server-api/

export type Content = Record<string, unknown>;

/** An event of a room, as the homeserver gives it. */
export interface RoomEvent {
  event_id: string;
  type: string;
  sender: string;
  origin_server_ts: number;
  content: Content;
  state_key?: string;
  redacts?: string;
  unsigned?: { transaction_id?: string; redacted_because?: RoomEvent; prev_content?: Content };
}

/** An event without a place in the history, such as who is typing. */
export interface SmallEvent {
  type: string;
  content: Content;
  sender?: string;
  state_key?: string;
}

/** What a sync says of a room that one is in, or has left. */
export interface SyncedRoom {
  timeline?: { events?: RoomEvent[]; limited?: boolean; prev_batch?: string };
  state?: { events?: RoomEvent[] };
  ephemeral?: { events?: SmallEvent[] };
}

export interface SyncAnswer {
  next_batch: string;
  rooms?: {
    join?: Record<string, SyncedRoom>;
    invite?: Record<string, { invite_state?: { events?: SmallEvent[] } }>;
    leave?: Record<string, SyncedRoom>;
  };
}

/** Who is logged in, and where. */
export interface Credentials {
  homeserver: string;
  userId: string;
  deviceId: string;
  accessToken: string;
}

/** A text in a content, if there is one under this name. */
export function textIn(content: Content | undefined, name: string): string | undefined {
  const value = content?.[name];
  return typeof value === "string" ? value : undefined;
}

/** An object in a content, if there is one under this name. */
export function objectIn(content: Content | undefined, name: string): Content | undefined {
  const value = content?.[name];
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Content) : undefined;
}
