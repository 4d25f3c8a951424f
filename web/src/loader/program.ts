// A Go program for JavaScript, with what it needs around it.
import { wasmHost } from "../../../internal/wasmhost/host.mjs";
import { loadGo } from "../../build/go-runtime.js";
import type { Platform } from "./init.js";

export interface Program {
  imports: WebAssembly.Imports;
  /** Lends the instance what it needs. */
  prepare(instance: WebAssembly.Instance): Promise<void>;
  /** Starts the program, which then waits to be called. */
  run(instance: WebAssembly.Instance): void;
  /** Lets Go's scheduler go on. */
  resume(): void;
  /** Stops the timers of a program that has ended, which would throw, and has its functions do nothing. */
  stop(): void;
}

/** What a program gets besides what every one has. */
export interface Extras {
  imports?: WebAssembly.ModuleImports;
  globals?: Record<string, unknown>;
}

/** Makes a program, which calls ended if it should ever end. */
export function makeProgram(kernel: Platform["kernel"], extras: Extras, ended: (cause: unknown) => void): Program {
  // Go's own file defines and reads globals: these are its own.
  const { Array, Date, Error, Object, Reflect, TextDecoder, TextEncoder, Uint8Array, crypto, performance } = globalThis;
  const scope: Record<string, unknown> = {
    ...{ Array, Date, Error, Object, Reflect, TextDecoder, TextEncoder, Uint8Array, crypto, performance },
    ...extras.globals,
  };
  const go = new (loadGo(scope))();
  // What Go writes when it crashes holds the arguments of functions.
  (scope["fs"] as { writeSync: unknown }).writeSync = (_: number, bytes: Uint8Array) => bytes.length;
  go.exit = (code) => ended(new Error(`the Go program ended with code ${code}`));

  const host = wasmHost(kernel);
  go.env = host.env;
  go.importObject["mudpuppy"] = { ...host.imports, ...extras.imports };
  return {
    imports: go.importObject,
    prepare: (instance) => host.attach(instance.exports["mem"] as WebAssembly.Memory),
    run(instance) {
      go.run(instance).catch(ended);
    },
    resume: () => go._resume(),
    stop() {
      go._resume = () => {};
      go._scheduledTimeouts.forEach(clearTimeout);
      go._scheduledTimeouts.clear();
    },
  };
}
