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
  level?: Level | "silent" | undefined;
  debug?(line: string): void;
  info?(line: string): void;
  warn?(line: string): void;
  error?(line: string): void;
}

/** What has become of the ownership of a store. */
export type Role =
  /** It is ours. */
  | "owner"
  /** Another page has it, for which we wait. */
  | "waiting"
  /** Another page has taken it, because this one did not answer. The machine is closed. */
  | "robbed";

/** What the events of a machine carry in `detail`. */
export interface MachineEvents {
  /** Keys have come, so that events which could not be decrypted may be tried again. */
  roomKeys: { roomId: string; sessionIds: string[] };
  /** The devices of users are other ones than before. */
  devicesChanged: { userIds: string[] };
  /** The identity of a user is another one than before, or was verified. */
  identityChanged: { userId: string };
  /** The machine cannot go on with its store, and is closed. */
  storeLost: { error: MudpuppyError };
  /** The ownership of the store has changed. */
  role: { role: Role };
}

/** An event of a machine. */
export class MachineEvent<Name extends keyof MachineEvents = keyof MachineEvents> extends Event {
  declare readonly type: Name;
  readonly detail: MachineEvents[Name];

  /** @internal */
  constructor(type: Name, detail: MachineEvents[Name]) {
    super(type);
    this.detail = detail;
  }
}

/** Reads news, and returns what is to be done about them once Go does not run. */
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
