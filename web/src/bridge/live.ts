/// <reference lib="esnext.disposable" preserve="true" />
import { MudpuppyError } from "./errors.js";
import type { Home } from "./home.js";
import { release } from "./promises.js";

/** Returns the number of an object in Go, or throws if it is gone. */
export let numberOfLive: (object: Live) => number;

/** Returns where an object lives that is not in the program of this page, or throws if it is gone. */
export let homeOf: (object: Live) => Home | undefined;

/** Notes that nothing can be done with an object any more but to free it. */
export let markFaulty: (object: Live) => void;

const letGo = (of: number | Home) => (typeof of === "number" ? release(of) : of.release());

const forgotten = new FinalizationRegistry<number | Home>(letGo);

/**
 * An object that lives in Mudpuppy's memory, whose methods return promises, and
 * which tells of events.
 */
export abstract class Live extends EventTarget {
  #of: number | Home | undefined; // undefined once freed
  #faulty = false;

  /** @internal */
  protected constructor(of: number | Home) {
    super();
    this.#of = of;
    forgotten.register(this, of, this);
  }

  /**
   * Wipes the secrets of the object, which cannot be used any more, without waiting
   * for what is under way. It may be called again.
   */
  free(): void {
    if (this.#of === undefined) return;
    forgotten.unregister(this);
    letGo(this.#of);
    this.#of = undefined;
  }

  static {
    const check = (object: Live) => {
      if (typeof object !== "object" || object === null || !(#of in object)) {
        throw new MudpuppyError("ERR_ARGUMENT", "this must be an object of Mudpuppy");
      }
      if (object.#of === undefined) throw new MudpuppyError("ERR_CLOSED", "it was closed");
      if (object.#faulty) throw new MudpuppyError("ERR_FAULT", "there was a fault in an earlier call: open it anew");
      return object.#of;
    };

    numberOfLive = (object) => check(object) as number;

    homeOf = (object) => {
      const of = check(object);
      return typeof of === "number" ? undefined : of;
    };

    markFaulty = (object) => {
      object.#faulty = true;
    };
  }
}
