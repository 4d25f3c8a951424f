// The owner's end: it lets guests in, makes their calls, and has them send what is theirs.
import { MudpuppyError } from "../bridge/errors.js";
import type { Answer } from "../bridge/promises.js";
import type { Answer as HTTPAnswer } from "../connect/http.js";
import { isTransient } from "../connect/limits.js";
import type { Hosted } from "../hosting/here.js";
import { build } from "../hosting/protocol.js";
import type { OutgoingRequest } from "../machine/client.js";
import { type Guest, nameOfGuest, PUMP, type Term, type ToGuest, type ToOwner } from "./messages.js";
import { ofUsers } from "./repeat.js";

/** Makes a call for a guest. There is no answer from an owner that has lost the machine. */
export type Make = (name: string, values: Uint8Array<ArrayBuffer>, signal: AbortSignal) => Promise<Answer | undefined>;

/** What becomes of a request that a guest was asked to send. It is undefined if it cannot, or has left. */
export type Sent = (answer: HTTPAnswer | undefined) => void;

/** A guest that is in. */
interface Inside {
  channel: BroadcastChannel;
  /** When its user has asked for something last, as {@link Guest} says. */
  asked: number;
  /** The requests that it was asked to send. Nobody waits any more for those that were refused. */
  sending: Map<string, Sent | undefined>;
}

export class Hub {
  readonly #store: string;
  readonly #term: Term;
  readonly #host: Omit<Guest, "id">;
  readonly #opened: () => Hosted["opened"];
  readonly #make: Make;
  readonly #guests = new Map<string, Inside>();

  constructor(store: string, term: Term, host: Omit<Guest, "id">, opened: () => Hosted["opened"], make: Make) {
    this.#store = store;
    this.#term = term;
    this.#host = host;
    this.#opened = opened;
    this.#make = make;
  }

  /** Lets a guest in, or says why not. Nothing happens if it is in already. */
  join(guest: Guest): void {
    const owner = this.#term;
    const known = this.#guests.get(guest.id);
    const channel = known?.channel ?? new BroadcastChannel(nameOfGuest(this.#store, guest.id));
    const post = (message: ToGuest) => channel.postMessage(message);
    const error = this.#objection(guest);
    if (error) {
      post({ refused: { code: error.code, message: error.message }, owner });
      return channel.close();
    }
    if (!known) this.#serve(guest, channel, post);
    post({ welcome: this.#opened(), owner });
  }

  /**
   * Has a guest send a request for which its user may have to authenticate, if one has
   * asked for that since a moment. It is asked once, and after a refusal not before it
   * pumps itself. Returns whether it is a guest's.
   */
  passOn(request: OutgoingRequest, since: number, sent: Sent): boolean {
    const guest = [...this.#guests.values()].reduce<Inside | undefined>((last, one) => (one.asked > (last?.asked ?? since) ? one : last), undefined);
    if (!guest) return false;
    if (guest.sending.has(request.id)) return true;
    guest.sending.set(request.id, sent);
    guest.channel.postMessage({ send: request, owner: this.#term } satisfies ToGuest);
    return true;
  }

  close(): void {
    for (const { channel } of this.#guests.values()) channel.close();
    this.#guests.clear();
  }

  #objection({ build: its, userId, deviceId, sealed }: Guest): MudpuppyError | undefined {
    const host = this.#host;
    if (its !== build) return new MudpuppyError("ERR_OTHER_VERSION", "another tab runs another version: load the tabs anew");
    if (userId !== host.userId || deviceId !== host.deviceId) {
      return new MudpuppyError("ERR_OTHER_DEVICE", "another tab has the store for another device");
    }
    if (sealed === host.sealed) return undefined;
    return host.sealed ? new MudpuppyError("ERR_STORE_SEALED", "the store is sealed") : new MudpuppyError("ERR_STORE_UNSEALED", "the store is not sealed");
  }

  #serve({ id, asked }: Guest, channel: BroadcastChannel, post: (message: ToGuest) => void): void {
    const calls = new Map<number, AbortController>();
    const inside: Inside = { channel, asked, sending: new Map() };
    const isIn = () => this.#guests.get(id) === inside;
    const leave = () => {
      channel.close();
      if (!isIn()) return;
      this.#guests.delete(id);
      for (const sent of inside.sending.values()) sent?.(undefined);
    };
    this.#guests.set(id, inside);
    channel.onmessage = ({ data: message }: MessageEvent<ToOwner>) => {
      if (message.owner !== this.#term) return;
      if ("leave" in message) return leave();
      if ("sent" in message) return settle(inside, message.sent, message.answer);
      if ("abort" in message) return calls.get(message.abort)?.abort();
      const { call, name, values } = message;
      if (ofUsers.has(name)) inside.asked = Date.now();
      if (name === PUMP) forgetRefused(inside);
      const controller = new AbortController();
      calls.set(call, controller);
      void this.#make(name, values, controller.signal).then((answer) => {
        calls.delete(call);
        if (answer && isIn()) post({ call, answer, owner: this.#term });
      });
    };
    // It has this lock as long as it lives.
    navigator.locks.request(nameOfGuest(this.#store, id), leave).catch(() => {});
  }
}

function settle(guest: Inside, request: string, answer: HTTPAnswer | undefined): void {
  const sent = guest.sending.get(request);
  guest.sending.delete(request);
  if (!answer) guest.asked = 0; // somebody else must do it
  else if (answer.status >= 400 && !isTransient(answer.status)) guest.sending.set(request, undefined);
  sent?.(answer);
}

function forgetRefused({ sending }: Inside): void {
  for (const [request, sent] of sending) if (!sent) sending.delete(request);
}
