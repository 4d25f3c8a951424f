import { type ErrorCode, MudpuppyError } from "../bridge/errors.js";
import { takeBool, takeList, takeText, takeUint32 } from "../bridge/promises.js";
import { RequestError } from "../connect/http.js";
import type { DeviceRef, RequestKind, Withheld } from "./client.js";

/** Why a room event could not be decrypted. */
export class DecryptError extends MudpuppyError {
  /** The room of the event. */
  readonly roomId: string;
  /** The id of the session whose key is missing; empty if the event does not say. */
  readonly sessionId: string;
  /** Why the key was not sent, if its sender said so. */
  readonly withheld: Withheld | undefined;

  /** @internal */
  constructor(code: ErrorCode, message: string, roomId: string, sessionId: string, withheld: Withheld | undefined) {
    super(code, message);
    this.name = "DecryptError";
    this.roomId = roomId;
    this.sessionId = sessionId;
    this.withheld = withheld;
  }
}

/** Why the key of a room is not shared: the policy forbids it. */
export class PolicyError extends MudpuppyError {
  /** Those that nobody vouches for. */
  readonly devices: DeviceRef[];
  /** Those whose identity has changed. */
  readonly users: string[];

  /** @internal */
  constructor(code: ErrorCode, message: string, devices: DeviceRef[], users: string[]) {
    super(code, message);
    this.name = "PolicyError";
    this.devices = devices;
    this.users = users;
  }
}

// The kinds of what comes after the code and the message (jsbridge/async/errors.go).
const DECRYPT = 1;
const POLICY = 2;
/** One of a connection in another tab, which Go does not write. */
export const REQUEST = 3;

/** Makes the error of what Go tells of it. */
export function takeDetails(code: ErrorCode, message: string): MudpuppyError {
  switch (takeUint32()) {
    case DECRYPT: {
      const [roomId, sessionId] = [takeText(), takeText()];
      const withheld = takeBool() ? { code: takeText(), reason: takeText() } : undefined;
      return new DecryptError(code, message, roomId, sessionId, withheld);
    }
    case POLICY: {
      const devices = takeList(() => ({ userId: takeText(), deviceId: takeText() }));
      return new PolicyError(code, message, devices, takeList(takeText));
    }
    case REQUEST: {
      const [kind, status, errcode] = [takeText() as RequestKind, takeUint32(), takeText()];
      return new RequestError(kind, { status, body: { errcode: errcode || undefined }, retryAfter: undefined });
    }
  }
  return new MudpuppyError(code, message);
}
