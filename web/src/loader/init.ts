// Loading the module and starting it, once.
import { MudpuppyError } from "../bridge/errors.js";
import { attach, type Core, hasCrashed, markCrashed, running } from "../bridge/instance.js";
import { convertShortTexts } from "../bridge/text.js";
import { compile, instantiate, type Source } from "./compile.js";
import { makeProgram } from "./program.js";

/** Where the WebAssembly module comes from, if not from beside this file. */
export interface InitOptions {
  /** The address of olm.wasm. */
  url?: string | URL | undefined;
  /** The compiled module. */
  module?: WebAssembly.Module | undefined;
  /** The content of olm.wasm. */
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

let attempt: Attempt | undefined;

/** Makes the function `init` of a platform. */
export function makeInit(platform: Platform) {
  if (platform.isBrowser) convertShortTexts();
  return async function init(options: InitOptions = {}): Promise<void> {
    const { signal, ...from } = checkOptions(options);
    if (signal?.aborted) throw aborted(signal);
    if (hasCrashed()) throw new MudpuppyError("ERR_CRASHED", "Mudpuppy has crashed; load the page anew");
    if (running()) return;
    attempt ??= begin(platform, from);
    return wait(attempt, signal);
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

function begin(platform: Platform, from: Omit<InitOptions, "signal">): Attempt {
  const controller = new AbortController();
  const begun: Attempt = { done: start(platform, from, controller.signal), controller, waiting: 0 };
  begun.done.catch(() => { // whoever waits hears of it
    if (attempt === begun) attempt = undefined; // the next init tries again
  });
  return begun;
}

/** Waits for an attempt, or until the signal is aborted. The last one to leave ends the attempt. */
async function wait(for_: Attempt, signal: AbortSignal | undefined): Promise<void> {
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
    if (--for_.waiting === 0 && !running()) {
      for_.controller.abort();
      if (attempt === for_) attempt = undefined;
    }
  }
}

function aborted(signal: AbortSignal): MudpuppyError {
  return new MudpuppyError("ERR_ABORTED", "init was aborted", signal.reason);
}

async function start(platform: Platform, from: Omit<InitOptions, "signal">, signal: AbortSignal): Promise<void> {
  if (!isSupported()) {
    throw new MudpuppyError("ERR_UNSUPPORTED", "WebAssembly or crypto.getRandomValues is missing here: see isSupported()");
  }
  try {
    crypto.getRandomValues(new Uint8Array(1));
  } catch (cause) {
    throw new MudpuppyError("ERR_RANDOMNESS", "crypto.getRandomValues fails", cause);
  }
  const module = await compile(from.module ?? from.bytes ?? (await platform.load(from.url, signal)));
  const program = makeProgram(platform.kernel, markCrashed);
  const instance = await instantiate(module, program.imports);
  await program.prepare(instance);
  if (signal.aborted) throw new MudpuppyError("ERR_ABORTED", "init was aborted", signal.reason);
  if (running()) return; // two programs would not share one memory
  program.run(instance);
  attach(instance.exports as unknown as Core, program.stop);
}
