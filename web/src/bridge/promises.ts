// Calls into the WebAssembly program that answer with promises. The package
// internal/promise is the other side, and says how a call works.
import { bufferOf, lengthOf, offsetOf, refuse } from "./arguments.js";
import { type ErrorCode, MudpuppyError } from "./errors.js";
import type { Answer } from "./home.js";
import * as synchronous from "./instance.js";
import type { Core } from "./instance.js";
import { homeOf, type Live, markFaulty, numberOfLive } from "./live.js";
import { decode, encode } from "./text.js";
import { afterTurn } from "./turn.js";
import { LongJSON, type Value } from "./values.js";

export type { Answer, Home } from "./home.js";
export { Live } from "./live.js";
export * from "./values.js";

type Export = (...numbers: number[]) => void;

/** What a program needs besides its exports, and what it is to be told by. */
export interface Host {
  /** Lets Go's scheduler go on. */
  resume(): void;
  /** Stops all that could call a program that has ended. */
  stop(): void;
}

/** Reads what comes after the code and the message of an error, and makes the error. */
type ErrorReader = (code: ErrorCode, message: string) => Error;

interface Call {
  self: Live | null;
  /** Reads the results; without it, they are taken as they are, and so are errors. */
  take: (() => unknown) | undefined;
  resolve: (value: never) => void;
  reject: (error: unknown) => void;
  done: () => void;
}

let core: (Core & Record<string, Export>) | undefined;
let host: Host | undefined;
let crash: MudpuppyError | undefined;
let layout = 0;
let memory = new Uint8Array();
let numbers = new DataView(memory.buffer);
let position = 0;

let readError: ErrorReader = (code, message) => new MudpuppyError(code, message);
const calls = new Map<number, Call>();
let lastCall = 0;
const listeners = new Map<number, (length: number) => void>();
let lastListener = 0;
const handedOver = new Map<number, unknown>();
let lastHanded = 0;

/** The program that is running, if any. */
export function running(): Core | undefined {
  return crash ? undefined : core;
}

export function hasCrashed(): boolean {
  return crash !== undefined;
}

/** Says how errors are read that tell more than their code and message. */
export function readErrorsBy(reader: ErrorReader): void {
  readError = reader;
}

/** Takes up a program that runs. It serves the synchronous calls too, unless another one does so already. */
export function attach(program: Core, itsHost: Host): void {
  try {
    layout = program.bridge_layout() >>> 0;
  } catch (cause) {
    throw markCrashed(cause);
  }
  core = program as typeof core;
  host = itsHost;
  if (!synchronous.running() && !synchronous.hasCrashed()) {
    synchronous.attach(program, () => markCrashed(new Error("a synchronous call")));
  }
}

/** Notes that the program has ended. Nobody waits for it any longer. */
export function markCrashed(cause: unknown): MudpuppyError {
  if (crash !== undefined) return crash;
  crash = new MudpuppyError("ERR_CRASHED", "Mudpuppy has crashed; load the page anew", cause);
  host?.stop();
  const ended = core;
  if (ended && synchronous.running() === ended) synchronous.markCrashed(cause);
  else if (ended) queueMicrotask(() => new Uint8Array(ended.mem.buffer).fill(0));
  for (const number of [...calls.keys()]) end(number)?.reject(crash);
  return crash;
}

/** How a call has failed that ended in a panic. */
const FAULT = 2;

/** What the program is given to tell JavaScript by. */
export const imports = {
  promise_settle(number: number, failed: number, results: number, length: number): void {
    const call = end(number >>> 0);
    if (!call) return;
    view(results);
    try {
      if (!call.take) call.resolve(asAnswer(failed !== 0, length) as never);
      else if (failed) call.reject(takeError());
      else call.resolve(call.take() as never);
    } catch (cause) {
      call.reject(new MudpuppyError("ERR_INTERNAL", "an answer of Mudpuppy's could not be read", cause));
    }
    if (failed === FAULT && call.self) abandon(call.self);
  },
  promise_notify(listener: number, news: number, length: number): void {
    view(news);
    listeners.get(listener >>> 0)?.(length >>> 0);
  },
  promise_rest(number: number): void {
    afterTurn(() => {
      if (!running()) return;
      try {
        core!["promise_rested"]!(number >>> 0);
      } catch (cause) {
        markCrashed(cause);
      }
      wake();
    });
  },
};

/** What Go finds under the name mudpuppyHanded: it takes what was handed over under a number. */
export function takeHanded(number: number): unknown {
  const value = handedOver.get(number);
  handedOver.delete(number);
  return value;
}

/** Hands a value over to Go, which takes it in the call that it is meant for. */
export function handOver(value: unknown): number {
  handedOver.set(++lastHanded, value);
  return lastHanded;
}

/** Has a function called with news of so many bytes, which it must read, and not call Mudpuppy. */
export function listen(hear: (length: number) => void): number {
  listeners.set(++lastListener, hear);
  return lastListener;
}

export function unlisten(listener: number): void {
  listeners.delete(listener);
}

function view(from: number): void {
  const { mem } = core as Core;
  if (memory.buffer !== mem.buffer) {
    memory = new Uint8Array(mem.buffer);
    numbers = new DataView(mem.buffer);
  }
  position = from >>> 0;
}

/** Begins a call to an object, or to none. What it throws becomes the rejection of the promise. */
export function start<T>(name: string, self: Live | null, values: Value[], take: () => T, signal?: AbortSignal): Promise<T> {
  const home = self && homeOf(self);
  if (home) return home.call(name, pack(values), signal).then((answer) => readAnswer(answer, take));
  return begin<T>(name, self, () => write(values), take, signal);
}

/** Begins a call with values that were packed elsewhere, and returns what is to be read there. The values are overwritten. */
export function startPacked(name: string, self: Live, values: Uint8Array, signal?: AbortSignal): Promise<Answer> {
  return begin<Answer>(name, self, () => writePacked(values), undefined, signal);
}

function begin<T>(
  name: string,
  self: Live | null,
  writeInput: () => number,
  take: (() => T) | undefined,
  signal: AbortSignal | undefined,
): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    if (core === undefined) throw new MudpuppyError("ERR_NOT_READY", "Mudpuppy is not loaded: `await init()` first");
    if (crash) throw new MudpuppyError("ERR_CRASHED", crash.message, crash.cause);
    const object = self === null ? 0 : numberOfLive(self);
    const number = (lastCall = (lastCall + 1) >>> 0);
    const done = signal ? watch(signal, () => abortCall(number)) : () => {};
    calls.set(number, { self, take, resolve, reject, done });
    try {
      core[name]!(number, writeInput(), object);
    } catch (cause) {
      throw markCrashed(cause);
    }
    wake();
  });
}

/** Has a function called when a signal is aborted, and returns what ends that. */
function watch(signal: AbortSignal, abort: () => void): () => void {
  let aborted: boolean;
  try {
    aborted = signal.aborted;
    signal.addEventListener("abort", abort, { once: true });
  } catch (cause) { // it is none
    throw refuse("signal", "an AbortSignal", cause);
  }
  if (aborted) throw new MudpuppyError("ERR_ABORTED", "the call was aborted", signal.reason);
  return () => queueMicrotask(() => signal.removeEventListener("abort", abort)); // not while Go runs
}

function abortCall(number: number): void {
  if (!calls.has(number) || !running()) return;
  try {
    core!["promise_abort"]!(number);
  } catch (cause) {
    markCrashed(cause);
  }
  wake();
}

function end(number: number): Call | undefined {
  const call = calls.get(number);
  calls.delete(number);
  call?.done();
  return call;
}

let awake = false;

/** Lets Go's scheduler go on, once for all that was begun meanwhile. */
export function wake(): void {
  if (awake) return;
  awake = true;
  queueMicrotask(() => {
    awake = false;
    if (crash) return;
    try {
      host?.resume();
    } catch (cause) {
      markCrashed(cause);
    }
  });
}

/** Frees an object of Go's, which goes on by itself with what that takes. */
export function release(number: number): void {
  if (!running()) return;
  try {
    core!.bridge_free(number);
  } catch (cause) {
    markCrashed(cause);
  }
  wake();
}

/** Rejects all calls to an object after a fault in one of them, which may have left it locked. */
function abandon(self: Live): void {
  markFaulty(self);
  for (const [number, call] of calls) {
    if (call.self === self) end(number)?.reject(new MudpuppyError("ERR_FAULT", "there was a fault in another call"));
  }
}

/** Writes the values of a call to the input, and returns their size. */
function write(values: Value[]): number {
  const sizes = values.map(sizeOf);
  const begin = reserve(sizes.reduce((sum, n) => sum + n, 0));
  for (const [i, value] of values.entries()) writeValue(value, sizes[i]!);
  return position - begin;
}

function writePacked(values: Uint8Array): number {
  const { length } = values;
  const begin = reserve(length); // by which memory can become another
  memory.set(values, begin);
  values.fill(0);
  return length;
}

/** Makes room in the input, and returns where it begins. */
function reserve(size: number): number {
  view(layout);
  if (size > numbers.getUint32(layout + 4, true)) {
    core!.bridge_reserve(size);
    view(layout);
  }
  return (position = numbers.getUint32(layout, true));
}

/** Writes the values of a call as a program would find them in its input, for one that is elsewhere. */
export function pack(values: Value[]): Uint8Array<ArrayBuffer> {
  const sizes = values.map(sizeOf);
  const bytes = new Uint8Array(sizes.reduce((sum, n) => sum + n, 0));
  look(bytes);
  for (const [i, value] of values.entries()) writeValue(value, sizes[i]!);
  return bytes.subarray(0, position);
}

/** Reads what a program elsewhere has answered, and overwrites it. */
export function readAnswer<T>(answer: Answer, take: () => T): T {
  if (answer.failed) throw errorOf(answer);
  return readPacked(answer.bytes, take);
}

/** The error that a program elsewhere has answered. */
export function errorOf({ bytes }: Answer): Error {
  return readPacked(bytes, takeError);
}

/** The first text of what a program elsewhere has written, such as the code of an error. It stays as it is. */
export function codeOf({ bytes }: Pick<Answer, "bytes">): string {
  look(bytes);
  return takeText();
}

/** Reads what a program elsewhere has written, and overwrites it. */
export function readPacked<T>(bytes: Uint8Array<ArrayBuffer>, take: () => T): T {
  look(bytes);
  try {
    return take();
  } finally {
    bytes.fill(0);
  }
}

/** Reads and writes other bytes than those of the program, until the next look at these. */
function look(bytes: Uint8Array<ArrayBuffer>): void {
  memory = bytes;
  numbers = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  position = 0;
}

/** Copies what is about to be read. */
export function takeRest(length: number): Uint8Array<ArrayBuffer> {
  return memory.slice(position, position + length) as Uint8Array<ArrayBuffer>;
}

function asAnswer(failed: boolean, length: number): Answer {
  return { failed, bytes: takeRest(length >>> 0) };
}

/** How much room a value can take. */
function sizeOf(value: Value): number {
  if (typeof value === "number") return 4;
  if (typeof value === "bigint") return 8;
  if (typeof value === "string") return 4 + 3 * value.length;
  return 4 + (LongJSON.bytesOf(value)?.length ?? (lengthOf.call(value) as number));
}

function writeValue(value: Value, size: number): void {
  if (typeof value === "number") {
    numbers.setUint32(position, value, true);
    position += 4;
    return;
  }
  if (typeof value === "bigint") {
    numbers.setFloat64(position, Number(value), true);
    position += 8;
    return;
  }
  let length = size - 4;
  const long = typeof value === "string" ? undefined : LongJSON.bytesOf(value);
  if (typeof value === "string") {
    length = encode(value, memory, position + 4, size - 4);
  } else if (long) {
    memory.set(long, position + 4);
    long.fill(0);
  } else { // no more than was measured: memory that is shared may have grown since
    memory.set(new Uint8Array(bufferOf.call(value) as ArrayBuffer, offsetOf.call(value) as number, length), position + 4);
  }
  numbers.setUint32(position, length, true);
  position += 4 + length;
}

function takeError(): Error {
  const code = takeText() as ErrorCode;
  return readError(code, takeText());
}

function advance(length: number): number {
  const start = position;
  position += length;
  return start;
}

export function takeUint32(): number {
  return numbers.getUint32(advance(4), true);
}

export function takeInteger(): number {
  return numbers.getFloat64(advance(8), true);
}

export function takeBool(): boolean {
  return takeUint32() !== 0;
}

export function takeText(): string {
  const length = takeUint32();
  return decode(memory, advance(length), length);
}

export function takeBytes(): Uint8Array {
  const length = takeUint32();
  const start = advance(length);
  return memory.slice(start, start + length);
}

export function takeJSON(): unknown {
  return JSON.parse(takeText());
}

export function takeList<T>(take: () => T): T[] {
  const list: T[] = [];
  for (let n = takeUint32(); n > 0; n--) list.push(take());
  return list;
}
