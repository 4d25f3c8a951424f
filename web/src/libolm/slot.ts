import type { Handle } from "../bridge/handle.js";
import { open } from "../bridge/instance.js";

/** Throws an error that says so if `init` has not succeeded yet. */
export function checkLoaded(): void {
  open(0);
}

/**
 * Where an object of libolm's surface keeps the one of mudpuppy/olm behind it,
 * once it is made: the surface constructs first and creates or unpickles later,
 * again and again if need be.
 */
export class Slot<T extends Handle> {
  readonly #name: string;
  #handle: T | undefined;
  #freed = false;

  constructor(name: string) {
    checkLoaded();
    this.#name = name;
  }

  get handle(): T {
    if (this.#handle === undefined) {
      throw new Error(`the ${this.#name} ${this.#freed ? "was freed" : "is empty: create or unpickle it first"}`);
    }
    return this.#handle;
  }

  get filled(): boolean {
    return this.#handle !== undefined;
  }

  fill(made: T): void {
    if (this.#freed) {
      made.free();
      throw new Error(`the ${this.#name} was freed`);
    }
    this.#handle?.free();
    this.#handle = made;
  }

  /** Wipes what is there. It may be called again. */
  free(): void {
    this.#freed = true;
    this.#handle?.free();
    this.#handle = undefined;
  }
}
