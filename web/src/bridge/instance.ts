// The running WebAssembly program, its memory, and calls into it. The package
// internal/bridge is the other side, and says how a call works.
import { type ErrorCode, MudpuppyError } from "./errors.js";
import { decode } from "./text.js";

/** What every module exports besides the functions of its surface. */
export interface Core {
  mem: WebAssembly.Memory;
  bridge_layout(): number;
  bridge_reserve(size: number): void;
  bridge_free(object: number): number;
}

type Export = (...numbers: number[]) => number;

let core: Core | undefined;
let silence: (() => void) | undefined;
let layout = 0;
let busy = false;
let crash: MudpuppyError | undefined;

/** The length of the longest string or array that is taken, once that is known. */
export let maxArgument = Infinity;

/** All of Go's memory. */
export let memory = new Uint8Array();
let numbers = new DataView(memory.buffer);

/** Where the next argument goes, or the next result is. */
export let position = 0;
let inputEnd = 0;
let outputStart = 0;

/** Takes up a program that runs and has not been called yet, with what stops it from going on by itself. */
export function attach(program: Core, stop: () => void): void {
  try {
    layout = program.bridge_layout() >>> 0;
  } catch (cause) {
    throw markCrashed(cause);
  }
  core = program;
  silence = stop;
  view(core.mem);
  maxArgument = layoutField(3);
}

/** Notes that the program has ended, for whatever reason, and overwrites its memory: nobody can free anything in it. */
export function markCrashed(cause: unknown): MudpuppyError {
  busy = false;
  if (crash === undefined) {
    crash = new MudpuppyError("ERR_CRASHED", "Mudpuppy has crashed; load the page anew", cause);
    silence?.();
    queueMicrotask(wipeMemory); // when the program has given up control
  }
  return crash;
}

function wipeMemory(): void {
  if (core) new Uint8Array(core.mem.buffer).fill(0);
}

export function hasCrashed(): boolean {
  return crash !== undefined;
}

/** The program that is running, if any. */
export function running(): Core | undefined {
  return crash ? undefined : core;
}

// Growing the memory detaches the views of it, which are empty then. (Asking
// for mem.buffer each time would be a third of what a call costs.)
function view(mem: WebAssembly.Memory): void {
  if (memory.length === 0) {
    memory = new Uint8Array(mem.buffer);
    numbers = new DataView(mem.buffer);
  }
}

const layoutField = (i: number) => numbers.getUint32(layout + 4 * i, true);

/** Makes sure that a call can be made, with room for arguments of a size, and returns the exports. */
export function open<Exports>(size: number): Exports {
  if (core === undefined) throw new MudpuppyError("ERR_NOT_READY", "Mudpuppy is not loaded: `await init()` first");
  if (crash) throw new MudpuppyError("ERR_CRASHED", crash.message, crash.cause);
  if (busy) throw new MudpuppyError("ERR_BUSY", "Mudpuppy was called from within a call");
  view(core.mem);
  if (size > layoutField(1)) {
    try {
      core.bridge_reserve(size);
    } catch (cause) {
      throw markCrashed(cause);
    }
    view(core.mem);
  }
  position = layoutField(0);
  inputEnd = position + layoutField(1);
  return core as Exports;
}

/** How much of the input buffer is left. */
export function room(): number {
  return inputEnd - position;
}

/** Overwrites the arguments that were written already: there will be no call. */
export function discard(): void {
  memory.fill(0, layoutField(0), position);
}

/** Moves on, past what was just written or read, and returns where that begins. */
export function advance(length: number): number {
  const start = position;
  position += length;
  return start;
}

/** Calls an export. Afterwards its results can be read, in the order in which Go put them. */
export function invoke(f: Export, a = 0, b = 0, c = 0, d = 0, e = 0): void {
  let status: number;
  busy = true;
  try {
    status = f(a, b, c, d, e);
  } catch (cause) {
    throw markCrashed(cause);
  }
  busy = false;
  if (crash) throw crash;
  view((core as Core).mem);
  position = outputStart = layoutField(2);
  if (status < 0) {
    const code = takeText() as ErrorCode;
    throw new MudpuppyError(code, takeText());
  }
}

/** Overwrites the results that were read, and returns what was made of them. */
export function close<T>(result: T): T {
  memory.fill(0, outputStart, position);
  return result;
}

export function takeUint32(): number {
  return numbers.getUint32(advance(4), true);
}

export function takeText(): string {
  const length = takeUint32();
  return decode(memory, advance(length), length);
}
