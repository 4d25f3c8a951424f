// The owner's end: it lets guests in, and makes their calls.
import { MudpuppyError } from "../bridge/errors.js";
import type { Answer } from "../bridge/promises.js";
import type { Hosted } from "../hosting/here.js";
import { build } from "../hosting/protocol.js";
import { type Guest, nameOfGuest, type Term, type ToGuest, type ToOwner } from "./messages.js";

/** Makes a call for a guest. There is no answer from an owner that has lost the machine. */
export type Make = (name: string, values: Uint8Array<ArrayBuffer>, signal: AbortSignal) => Promise<Answer | undefined>;

export class Hub {
  readonly #store: string;
  readonly #term: Term;
  readonly #host: Omit<Guest, "id">;
  readonly #opened: () => Hosted["opened"];
  readonly #make: Make;
  readonly #guests = new Map<string, BroadcastChannel>();

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
    const channel = known ?? new BroadcastChannel(nameOfGuest(this.#store, guest.id));
    const post = (message: ToGuest) => channel.postMessage(message);
    const error = this.#objection(guest);
    if (error) {
      post({ refused: { code: error.code, message: error.message }, owner });
      return channel.close();
    }
    if (!known) this.#serve(guest.id, channel, post);
    post({ welcome: this.#opened(), owner });
  }

  close(): void {
    for (const channel of this.#guests.values()) channel.close();
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

  #serve(guest: string, channel: BroadcastChannel, post: (message: ToGuest) => void): void {
    const calls = new Map<number, AbortController>();
    const leave = () => {
      channel.close();
      if (this.#guests.get(guest) === channel) this.#guests.delete(guest);
    };
    this.#guests.set(guest, channel);
    channel.onmessage = ({ data: message }: MessageEvent<ToOwner>) => {
      if (message.owner !== this.#term) return;
      if ("leave" in message) return leave();
      if ("abort" in message) return calls.get(message.abort)?.abort();
      const { call, name, values } = message;
      const controller = new AbortController();
      calls.set(call, controller);
      void this.#make(name, values, controller.signal).then((answer) => {
        calls.delete(call);
        if (answer && this.#guests.get(guest) === channel) post({ call, answer, owner: this.#term });
      });
    };
    // It has this lock as long as it lives.
    navigator.locks.request(nameOfGuest(this.#store, guest), leave).catch(() => {});
  }
}
