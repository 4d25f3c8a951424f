// Loading the module and starting it, once.
import { MudpuppyError } from "../bridge/errors.js";
import type { Core } from "../bridge/instance.js";
import { convertShortTexts } from "../bridge/text.js";
import { compile, instantiate, type Source } from "./compile.js";
import { type Extras, makeProgram, type Program } from "./program.js";

/** Where the WebAssembly module comes from, if not from beside this file. */
export interface InitOptions {
  /** The address of the .wasm file. */
  url?: string | URL | undefined;
  /** The compiled module. */
  module?: WebAssembly.Module | undefined;
  /** The content of the .wasm file. */
  bytes?: BufferSource | undefined;
  /** Gives up loading. The next `init` begins anew. */
  signal?: AbortSignal | undefined;
}

/** What differs between browsers and the other places where JavaScript runs. */
export interface Platform {
  load(url: string | URL | undefined, signal: AbortSignal): Promise<Source>;
  /** The vector kernel for AES; without it the portable code runs. */
  kernel?: BufferSource | WebAssembly.Module;
  /** Browsers take long to convert texts, however short. */
  isBrowser?: boolean;
}

/** Which program is loaded, and what is done with it when it runs. All entries that load the same one share this. */
export interface Slot {
  /** The name of its file. */
  file: string;
  /** What it needs; made when it is loaded. */
  extras(): Extras;
  running(): unknown;
  hasCrashed(): boolean;
  attach(exports: Core, program: Program): void;
  markCrashed(cause: unknown): MudpuppyError;
  /** The attempt to load it that is under way. */
  attempt?: Attempt | undefined;
}

/** Whether WebAssembly and secure randomness are there, without which `init` fails. */
export function isSupported(): boolean {
  return (
    typeof WebAssembly === "object" &&
    typeof WebAssembly.instantiate === "function" &&
    typeof globalThis.crypto?.getRandomValues === "function"
  );
}

/** One attempt to load, which all who wait for it share. */
interface Attempt {
  done: Promise<void>;
  controller: AbortController;
  waiting: number;
}

/** Makes the function `init` of a platform for a program. */
export function makeInit(slot: Slot, platform: Platform) {
  if (platform.isBrowser) convertShortTexts();
  return async function init(options: InitOptions = {}): Promise<void> {
    const { signal, ...from } = checkOptions(options);
    if (signal?.aborted) throw aborted(signal);
    if (slot.hasCrashed()) throw new MudpuppyError("ERR_CRASHED", "Mudpuppy has crashed; load the page anew");
    if (slot.running()) return;
    slot.attempt ??= begin(slot, platform, from);
    return wait(slot, slot.attempt, signal);
  };
}

/** Reads the options, each once, and refuses what they cannot be. */
function checkOptions(options: InitOptions): InitOptions {
  const refuse = (what: string, cause?: unknown) => new MudpuppyError("ERR_ARGUMENT", what, cause);
  if (typeof options !== "object" || options === null) throw refuse("the options of init must be an object");
  let read: InitOptions;
  try {
    const { url, module, bytes, signal } = options;
    read = { url, module, bytes, signal };
  } catch (cause) {
    throw refuse("the options of init must be an object that can be read", cause);
  }
  const { url, signal } = read;
  // Of objects only what is used is asked for: they may be of another realm.
  if (url !== undefined && typeof url !== "string" && typeof url?.href !== "string") throw refuse("url must be a string or a URL");
  if (signal !== undefined && typeof signal?.addEventListener !== "function") throw refuse("signal must be an AbortSignal");
  return read;
}

function begin(slot: Slot, platform: Platform, from: Omit<InitOptions, "signal">): Attempt {
  const controller = new AbortController();
  const begun: Attempt = { done: start(slot, platform, from, controller.signal), controller, waiting: 0 };
  begun.done.catch(() => { // whoever waits hears of it
    if (slot.attempt === begun) slot.attempt = undefined; // the next init tries again
  });
  return begun;
}

/** Waits for an attempt, or until the signal is aborted. The last one to leave ends the attempt. */
async function wait(slot: Slot, for_: Attempt, signal: AbortSignal | undefined): Promise<void> {
  for_.waiting++;
  let leave = () => {};
  try {
    if (!signal) return await for_.done;
    const left = new Promise<never>((_, reject) => {
      leave = () => reject(aborted(signal));
      signal.addEventListener("abort", leave, { once: true });
    });
    await Promise.race([for_.done, left]);
  } finally {
    signal?.removeEventListener("abort", leave);
    if (--for_.waiting === 0 && !slot.running()) {
      for_.controller.abort();
      if (slot.attempt === for_) slot.attempt = undefined;
    }
  }
}

function aborted(signal: AbortSignal): MudpuppyError {
  return new MudpuppyError("ERR_ABORTED", "init was aborted", signal.reason);
}

async function start(slot: Slot, platform: Platform, from: Omit<InitOptions, "signal">, signal: AbortSignal): Promise<void> {
  if (!isSupported()) {
    throw new MudpuppyError("ERR_UNSUPPORTED", "WebAssembly or crypto.getRandomValues is missing here: see isSupported()");
  }
  try {
    crypto.getRandomValues(new Uint8Array(1));
  } catch (cause) {
    throw new MudpuppyError("ERR_RANDOMNESS", "crypto.getRandomValues fails", cause);
  }
  const module = await compile(from.module ?? from.bytes ?? (await platform.load(from.url, signal)), slot.file);
  const program = makeProgram(platform.kernel, slot.extras(), slot.markCrashed);
  const instance = await instantiate(module, program.imports);
  await program.prepare(instance);
  if (signal.aborted) throw new MudpuppyError("ERR_ABORTED", "init was aborted", signal.reason);
  if (slot.running()) return; // two programs would not share one memory
  program.run(instance);
  slot.attach(instance.exports as unknown as Core, program);
}
