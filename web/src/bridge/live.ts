/// <reference lib="esnext.disposable" preserve="true" />
import { MudpuppyError } from "./errors.js";
import { release } from "./promises.js";

/** Returns the number of an object in Go, or throws if it is gone. */
export let numberOfLive: (object: Live) => number;

/** Notes that nothing can be done with an object any more but to free it. */
export let markFaulty: (object: Live) => void;

const forgotten = new FinalizationRegistry<number>(release);

/**
 * An object that lives in Mudpuppy's memory, whose methods return promises, and
 * which tells of events.
 */
export abstract class Live extends EventTarget {
  #number: number; // 0 once freed
  #faulty = false;

  /** @internal */
  protected constructor(number: number) {
    super();
    this.#number = number;
    forgotten.register(this, number, this);
  }

  /**
   * Wipes the secrets of the object, which cannot be used any more, without waiting
   * for what is under way. It may be called again.
   */
  free(): void {
    if (this.#number === 0) return;
    forgotten.unregister(this);
    release(this.#number);
    this.#number = 0;
  }

  static {
    numberOfLive = (object) => {
      if (typeof object !== "object" || object === null || !(#number in object)) {
        throw new MudpuppyError("ERR_ARGUMENT", "this must be an object of Mudpuppy");
      }
      if (object.#number === 0) throw new MudpuppyError("ERR_CLOSED", "it was closed");
      if (object.#faulty) throw new MudpuppyError("ERR_FAULT", "there was a fault in an earlier call: open it anew");
      return object.#number;
    };

    markFaulty = (object) => {
      object.#faulty = true;
    };
  }
}
