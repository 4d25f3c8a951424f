/// <reference lib="esnext.disposable" preserve="true" />
import { MudpuppyError } from "./errors.js";
import { type Core, invoke, open, running, takeUint32 } from "./instance.js";

/** A class, even one with a private constructor. */
interface Class {
  readonly name: string;
  readonly prototype: Handle;
}

/** Returns the number of an object of a class, or throws if it is another thing, or was freed. */
export let numberOf: (label: string, value: unknown, of: Class) => number;

/** Makes sure that an object is wiped when the garbage collector finds that nobody freed it. */
let watch: (object: Handle) => void;

// Objects that were made just now. To register one and to unregister it takes
// longer than a short call, and most are freed where they were made: so they are
// registered a moment later, if they are still there.
let young: Handle[] = [];
const MANY = 1000;

function watchSoon(object: Handle): void {
  const count = young.push(object);
  if (count === 1) queueMicrotask(watchYoung);
  if (count === MANY) watchYoung();
}

function watchYoung(): void {
  const objects = young;
  young = [];
  objects.forEach(watch);
}

const forgotten = new FinalizationRegistry<number>((number) => {
  const program = running();
  if (program) release(program, number);
});

function release(program: Core, number: number): void {
  open(0);
  invoke(program.bridge_free as (...n: number[]) => number, number);
}

/**
 * An object that lives in Mudpuppy's memory. Let `using` or {@link free} wipe
 * its secrets when it is no longer needed; the garbage collector does it too,
 * but nobody knows when.
 */
export abstract class Handle {
  readonly #class: Class;
  #number: number; // 0 once freed
  #watched = false;

  /** @internal */
  protected constructor(of: Class, number: number) {
    this.#class = of;
    this.#number = number;
    watchSoon(this);
  }

  /**
   * Wipes the secrets of the object, which cannot be used any more. It throws
   * ERR_DOUBLE_FREE if the object was freed before.
   */
  free(): void {
    if (!Handle.#is(this)) throw new MudpuppyError("ERR_ARGUMENT", "this must be an object of Mudpuppy");
    if (this.#number === 0) throw new MudpuppyError("ERR_DOUBLE_FREE", `the ${this.#class.name} was freed before`);
    const program = running(); // the memory of one that has crashed was wiped
    if (program) release(program, this.#number);
    this.#number = 0;
    if (this.#watched) forgotten.unregister(this);
  }

  static #is(value: unknown): value is Handle {
    return typeof value === "object" && value !== null && #number in value;
  }

  /** Does what {@link free} does, but may be called again: what `using` calls. */
  declare [Symbol.dispose]: () => void;

  static {
    // The key that compilers of `using` look for where the engine has none.
    const dispose: symbol = Symbol.dispose ?? Symbol.for("Symbol.dispose");
    Object.defineProperty(Handle.prototype, dispose, {
      value(this: Handle) {
        if (!Handle.#is(this) || this.#number !== 0) Handle.prototype.free.call(this);
      },
      configurable: true,
      writable: true,
    });

    watch = (object) => {
      if (object.#number === 0) return;
      object.#watched = true;
      forgotten.register(object, object.#number, object);
    };

    numberOf = (label, value, of) => {
      if (!Handle.#is(value) || value.#class !== of) {
        throw new MudpuppyError("ERR_ARGUMENT", `${label} must be of class ${of.name}`);
      }
      if (value.#number === 0) throw new MudpuppyError("ERR_FREED", `the ${of.name} was freed`);
      return value.#number;
    };
  }
}

/** Takes an object that Go made, without calling its constructor, which would make another one. */
export function takeObject<T extends Handle>(of: { prototype: T; name: string }): T {
  return Reflect.construct(Handle, [of, takeUint32()], of as unknown as new () => T) as T;
}

/** Is called by the constructors of classes that have none for users. */
export function noConstructor(name: string): never {
  throw new MudpuppyError("ERR_ARGUMENT", `a ${name} is not made by its constructor`);
}

