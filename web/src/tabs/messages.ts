// What the tabs that share a machine say to each other. Each hears the channel of
// the store; the owner and one other tab hear the channel of that one.
import type { Answer } from "../bridge/promises.js";
import type { ErrorCode } from "../bridge/errors.js";
import type { Answer as HTTPAnswer } from "../connect/http.js";
import type { OutgoingRequest } from "../machine/client.js";
import type { Hosted } from "../hosting/here.js";

/** The name of the lock that the owner has, and of the channel of all. */
export const nameOf = (store: string) => `mudpuppy tabs:${store}`;

/** The name of the channel of a guest, and of the lock that it has as long as it lives. */
export const nameOfGuest = (store: string, guest: string) => `${nameOf(store)}:${guest}`;

/** A number that each new owner gets, greater than those of the owners before. */
export type Term = number;

/** What is said to all. */
export type ToAll =
  /** Owner, are you there? Something waits for you, or not. */
  | { ask: true; waits: boolean }
  /** Here is the owner. It is ready for guests, or will soon be, and may be silent for so many questions. */
  | { here: Term; ready: boolean; patience: number }
  /** It is not the owner any more. */
  | { gone: Term }
  /** Let me in. */
  | { join: Guest; owner: Term }
  /** What the machine tells. */
  | { news: Uint8Array<ArrayBuffer>; owner: Term };

/** The name of a call that the connection of the owner's tab answers, and not the machine. */
export const PUMP = "pump";

/** Who wants to share the machine. */
export interface Guest {
  id: string;
  build: string;
  userId: string;
  deviceId: string;
  sealed: boolean;
  /** When it has last made a call for which its user may have to authenticate; 0 if never. */
  asked: number;
}

/** What a guest says to the owner that it means. */
export type ToOwner =
  | { call: number; name: string; values: Uint8Array<ArrayBuffer>; owner: Term }
  | { abort: number; owner: Term }
  /** A request was sent, or could not be sent here. */
  | { sent: string; answer: HTTPAnswer | undefined; owner: Term }
  | { leave: true; owner: Term };

/** What an owner says to a guest. */
export type ToGuest =
  | { welcome: Hosted["opened"]; owner: Term }
  | { refused: { code: ErrorCode; message: string }; owner: Term }
  | { call: number; answer: Answer; owner: Term }
  /** Send this for us: it is your user who may have to authenticate. */
  | { send: OutgoingRequest; owner: Term };
