// A Go program that lives in a Durable Object.
import { loadGo } from "../../build/go-runtime.js";
import { d1Store } from "./d1.js";
import { type DurableStorage, durableStore } from "./durable.js";

/** What is needed of what a Durable Object is constructed with. */
export interface ObjectState {
  /** Where it keeps what it keeps. */
  readonly storage: DurableStorage;
  /** Has nothing else happen in the object until a promise is settled. */
  blockConcurrencyWhile<T>(callback: () => Promise<T>): Promise<T>;
  /** Ends the object. The next request makes it anew. */
  abort?(reason?: string): void;
}

/** What github.com/syumai/workers has JavaScript call. */
interface Binding {
  handleRequest(request: Request): Promise<Response>;
  runScheduler(event: { cron: string; scheduledTime: number }): Promise<void>;
}

/**
 * A Durable Object that is a Go program, written with github.com/syumai/workers:
 *
 * ```ts
 * import module from "./bot.wasm";
 *
 * export class Bot extends GoObject {
 *   static override module = module;
 * }
 * ```
 *
 * The program starts with the object and serves all its requests, and its alarms,
 * which it gets as scheduled events. Its state is the object's: `STATE` is a
 * binding, beside those of the Worker, and packages store/durable and store/d1 open
 * stores. Should the program ever end, by a panic for instance, the object ends
 * with it, and the next request starts both again.
 *
 * What runs it is `wasm_exec.js` of Go 1.26.
 */
export class GoObject {
  /** The compiled program. */
  static module: WebAssembly.Module;
  /** Has what the program writes to standard error come to the log. A panic prints the arguments of functions, which may be secrets. */
  static debug = false;

  readonly #state: ObjectState;
  #binding: Partial<Binding> = {};

  constructor(state: ObjectState, env: object) {
    this.#state = state;
    void state.blockConcurrencyWhile(() => this.#start(env));
  }

  /** Hands a request to the program. */
  async fetch(request: Request): Promise<Response> {
    return this.#binding.handleRequest!(request);
  }

  /** Hands an alarm to the program. */
  async alarm(): Promise<void> {
    await this.#binding.runScheduler?.({ cron: "alarm", scheduledTime: Date.now() });
  }

  /** Starts the program, and waits until it is ready. */
  #start(env: object): Promise<void> {
    const { module, debug } = this.constructor as typeof GoObject;
    return new Promise((ready, failed) => {
      const ended = (cause: unknown) => {
        failed(cause);
        this.#state.abort?.(`the Go program has ended: ${cause}`);
      };
      const context = { env: { ...env, STATE: this.#state }, ctx: this.#state, binding: this.#binding };
      const go = new (loadGo(globalsFor(context, debug)))();
      go.exit = (code) => ended(new Error(`its code is ${code}`));
      const resume = go._resume.bind(go);
      go._resume = () => {
        try {
          resume();
        } catch (cause) { // as when there is no memory left
          ended(cause);
          throw cause;
        }
      };
      const imports = { ...go.importObject, workers: { ready } };
      go.run(new WebAssembly.Instance(module, imports)).catch(ended);
    });
  }
}

/** The global object that a program sees: the platform's, with what is the program's own. */
function globalsFor(context: object, debug: boolean): Record<string, unknown> {
  const own: Record<string, unknown> = {
    context,
    fs: output(debug),
    fetch: (input: RequestInfo, init?: RequestInit) => fetch(input, init), // nobody else's method
    tryCatch,
    mudpuppy: { durableStore, d1Store },
  };
  return new Proxy(own, { get: (own, name: string) => (name in own ? own[name] : (globalThis as Record<string, unknown>)[name]) });
}

/** What github.com/syumai/workers asks for. */
function tryCatch(work: () => unknown): { result?: unknown; error?: unknown } {
  try {
    return { result: work() };
  } catch (error) {
    return { error };
  }
}

/** The files of a program, which has two: standard output and standard error. */
function output(debug: boolean): object {
  const decoder = new TextDecoder();
  let line = "";
  const missing = (...args: unknown[]) => (args.at(-1) as (error: Error) => void)(Object.assign(new Error("not implemented"), { code: "ENOSYS" }));
  const writeSync = (file: number, bytes: Uint8Array) => {
    if (file === 1 || debug) {
      const lines = (line + decoder.decode(bytes, { stream: true })).split("\n");
      line = lines.pop() ?? "";
      for (const text of lines) console.log(text);
    }
    return bytes.length;
  };
  const write = (file: number, bytes: Uint8Array, _offset: number, _length: number, _at: null, done: (error: null, n: number) => void) =>
    done(null, writeSync(file, bytes));
  const fsync = (_: number, done: (error: null) => void) => done(null);
  const constants = { O_WRONLY: -1, O_RDWR: -1, O_CREAT: -1, O_TRUNC: -1, O_APPEND: -1, O_EXCL: -1, O_DIRECTORY: -1 };
  const files: Record<string, unknown> = { constants, writeSync, write, fsync };
  return new Proxy(files, { get: (files, name: string) => files[name] ?? missing });
}
