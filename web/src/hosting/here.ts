// A machine in the program of this page or worker, for somebody elsewhere.
import { type Answer, type Home, listen, Live, startPacked, takeRest, unlisten } from "../bridge/promises.js";
import { type Key, type LogLevel, type Opened, openMachine, type Policy, type StoreReport, verifyStore } from "../machine/client.js";
import { leave, openPlace } from "../machine/stores.js";
import type { BuiltInStore } from "../machine/stores.js";
import type { Store } from "../store/types.js";

/** What machine is wanted. */
export interface Wanted {
  userId: string;
  deviceId: string;
  policy: Policy;
  logLevel: LogLevel;
  store: BuiltInStore | Store;
  /** It is not overwritten. */
  key: Key;
  wait: boolean;
}

/** What a machine has to tell to those who are elsewhere. */
export interface Ear {
  /** Is given news, as the program has written them. */
  news(bytes: Uint8Array<ArrayBuffer>): void;
  /** Is told that the machine has ended by itself. */
  ended(error: Error): void;
}

/** A machine, wherever it lives, and what is known of it at once. */
export interface Hosted {
  home: Home;
  opened: Omit<Opened, "machine">;
}

/** Opens a machine of the program. */
export async function openHere(wanted: Wanted, listener: number, clock: number, signal: AbortSignal | undefined): Promise<Opened> {
  const { store, key, wait, ...settings } = wanted;
  const place = await openPlace(store, { wait, listener, signal });
  return openMachine(place, key, { ...settings, listener, clock }).finally(() => leave(store, place));
}

/** A machine whose calls come from elsewhere, or another object of the program. */
export class Here extends Live implements Home {
  readonly #listener: number;

  constructor(number: number, listener = 0) {
    super(number);
    this.#listener = listener;
  }

  async call(name: string, values: Uint8Array<ArrayBuffer>, signal?: AbortSignal): Promise<Answer> {
    return startPacked(name, this, values, signal);
  }

  release(): void {
    this.free();
    unlisten(this.#listener);
  }
}

/** Opens a machine for somebody elsewhere. */
export async function hostHere(wanted: Wanted, ear: Ear, signal?: AbortSignal): Promise<Hosted> {
  const listener = listen((length) => {
    const news = takeRest(length);
    queueMicrotask(() => ear.news(news)); // not while Go runs
  });
  try {
    const { machine, ...opened } = await openHere(wanted, listener, 0, signal);
    return { home: new Here(machine, listener), opened };
  } catch (error) {
    unlisten(listener);
    throw error;
  }
}

/** Reads a whole store, and tells what was altered in it. */
export async function verify(store: BuiltInStore | Store, key: Key): Promise<StoreReport> {
  const place = await openPlace(store, { wait: false, listener: 0, signal: undefined });
  return verifyStore(place, key).finally(() => leave(store, place));
}
