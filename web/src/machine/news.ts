// What a machine tells unasked. The other side is jsbridge/async/news.go.
import { type ErrorCode, MudpuppyError } from "../bridge/errors.js";
import { takeList, takeText } from "../bridge/promises.js";

/** How important a line of the log is. */
export type Level = "debug" | "info" | "warn" | "error";

/**
 * Where lines of the log go: `console`, for instance. What it has no method for,
 * and what is less important than `level` (`info` if it is left out), is never
 * made. There is no secret in any line.
 */
export interface Logger {
  /** What is less important is not made. */
  level?: Level | "silent" | undefined;
  /** Of interest to developers of Mudpuppy. */
  debug?(line: string): void;
  /** What happens now and then. */
  info?(line: string): void;
  /** What should not happen, and is dealt with. */
  warn?(line: string): void;
  /** What somebody should look into. */
  error?(line: string): void;
}

/** What has become of the ownership of a store. */
export type Role =
  /** It is ours. */
  | "owner"
  /** Another tab has it, and we work through that one: see the option `shared`. */
  | "guest"
  /** Another page has it, for which we wait. */
  | "waiting"
  /** Another page has taken it, because this one did not answer. The machine is closed. */
  | "robbed"
  /** The worker that had it has ended, or other tabs run another version. The machine is closed. */
  | "ended";

/** For which room keys have come. */
export interface RoomKeysDetail {
  /** The room. */
  roomId: string;
  /** The sessions whose keys have come. */
  sessionIds: string[];
}

/** Whose devices have changed. */
export interface DevicesChangedDetail {
  /** The users. */
  userIds: string[];
}

/** Whose identity has changed. */
export interface IdentityChangedDetail {
  /** The user. */
  userId: string;
}

/** Why the store is lost. */
export interface StoreLostDetail {
  /** What it said. */
  error: MudpuppyError;
}

/** What has become of the ownership. */
export interface RoleDetail {
  /** The role now. */
  role: Role;
}

/** What the events of a machine carry in `detail`. */
export interface MachineEvents {
  /** Keys have come, so that events which could not be decrypted may be tried again. */
  roomKeys: RoomKeysDetail;
  /** The devices of users are other ones than before. */
  devicesChanged: DevicesChangedDetail;
  /** The identity of a user is another one than before, or was verified. */
  identityChanged: IdentityChangedDetail;
  /** The machine cannot go on with its store, and is closed. */
  storeLost: StoreLostDetail;
  /** The ownership of the store has changed. */
  role: RoleDetail;
}

/** An event of a machine. */
export class MachineEvent<Name extends keyof MachineEvents = keyof MachineEvents> extends Event {
  /** What kind of event it is. */
  declare readonly type: Name;
  /** What has happened: see {@link MachineEvents}. */
  readonly detail: MachineEvents[Name];

  /** @internal */
  constructor(type: Name, detail: MachineEvents[Name]) {
    super(type);
    this.detail = detail;
  }
}

/** @internal Reads news, and returns what is to be done about them once Go does not run. */
export function takeNews(logger: Logger | undefined, dispatch: (event: MachineEvent) => void): () => void {
  const kind = takeText();
  if (kind === "log") {
    const [level, line] = [takeText() as Level, takeText()];
    return () => logger?.[level]?.(line);
  }
  const event = takeEvent(kind as keyof MachineEvents);
  return () => dispatch(event);
}

function takeEvent(kind: keyof MachineEvents): MachineEvent {
  switch (kind) {
    case "roomKeys":
      return new MachineEvent(kind, { roomId: takeText(), sessionIds: takeList(takeText) });
    case "devicesChanged":
      return new MachineEvent(kind, { userIds: takeList(takeText) });
    case "identityChanged":
      return new MachineEvent(kind, { userId: takeText() });
    case "storeLost":
      return new MachineEvent(kind, { error: new MudpuppyError(takeText() as ErrorCode, takeText()) });
    case "role":
      return new MachineEvent(kind, { role: takeText() as Role });
  }
}
