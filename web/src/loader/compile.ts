// From what was loaded to an instance, with errors that say what to mend.
import { MudpuppyError } from "../bridge/errors.js";

/** A module, its bytes, or an answer that holds them. */
export type Source = WebAssembly.Module | BufferSource | Response;

/** The shortest module there is. */
const EMPTY = new Uint8Array([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]);

/** Compiles what was loaded of a file. */
export async function compile(source: Source, file: string): Promise<WebAssembly.Module> {
  if (isModule(source)) return source as WebAssembly.Module;
  if (typeof Response === "function" && source instanceof Response) return compileResponse(source, file);
  const bytes = asBytes(source);
  if (!isWasm(bytes)) throw new MudpuppyError("ERR_NOT_WASM", "the bytes are not a WebAssembly module");
  return unlessForbidden(WebAssembly.compile(bytes), notCompiled);
}

/** Makes an instance. WebKit applies the Content-Security-Policy here and not before. */
export async function instantiate(module: WebAssembly.Module, imports: WebAssembly.Imports): Promise<WebAssembly.Instance> {
  const instance = await unlessForbidden(WebAssembly.instantiate(module, imports), notStarted);
  const { mem, bridge_layout: layout } = instance.exports;
  if (!(mem instanceof WebAssembly.Memory) || typeof layout !== "function") {
    throw new MudpuppyError("ERR_NOT_WASM", "the module is another program than Mudpuppy");
  }
  return instance;
}

async function compileResponse(response: Response, file: string): Promise<WebAssembly.Module> {
  if (!response.ok) {
    throw new MudpuppyError(
      "ERR_FETCH",
      `${response.url} answered ${response.status}: serve ${file} there, or say where it is by init({ url })`,
    );
  }
  const type = response.headers.get("content-type")?.split(";")[0]?.trim();
  if (type === "application/wasm" && WebAssembly.compileStreaming !== undefined) {
    return unlessForbidden(WebAssembly.compileStreaming(response), notCompiled);
  }
  const bytes = new Uint8Array(await response.arrayBuffer().catch(fetchFailed(response.url)));
  if (!isWasm(bytes)) {
    throw new MudpuppyError(
      "ERR_NOT_WASM",
      `${response.url} is no WebAssembly but ${type ?? "of no type"}: say where ${file} is by init({ url })`,
    );
  }
  return unlessForbidden(WebAssembly.compile(bytes), notCompiled);
}

/** Turns a failed fetch into an error that says so. */
export function fetchFailed(url: string | URL): (cause: unknown) => never {
  return (cause) => {
    throw new MudpuppyError("ERR_FETCH", `${url} could not be loaded`, cause);
  };
}

function asBytes(source: unknown): Uint8Array<ArrayBuffer> {
  try {
    if (source instanceof ArrayBuffer) return new Uint8Array(source);
    if (ArrayBuffer.isView(source)) {
      return new Uint8Array(source.buffer as ArrayBuffer, source.byteOffset, source.byteLength);
    }
  } catch (cause) {
    throw new MudpuppyError("ERR_ARGUMENT", "bytes must have their memory, and not be detached", cause);
  }
  throw new MudpuppyError("ERR_ARGUMENT", "bytes must be an ArrayBuffer or a Uint8Array, module a WebAssembly.Module");
}

/** Whether it is a compiled module, maybe one of another realm, as in Next's edge runtime. */
function isModule(source: unknown): boolean {
  return Object.prototype.toString.call(source) === "[object WebAssembly.Module]";
}

function isWasm(bytes: Uint8Array): boolean {
  return EMPTY.subarray(0, 4).every((byte, i) => bytes[i] === byte);
}

/** Waits for what the engine makes of a module. If it refuses, a policy may be why, or else `otherwise` knows. */
async function unlessForbidden<T>(made: Promise<T>, otherwise: (cause: unknown) => MudpuppyError): Promise<T> {
  try {
    return await made;
  } catch (cause) {
    try {
      new WebAssembly.Instance(new WebAssembly.Module(EMPTY));
    } catch {
      throw new MudpuppyError(
        "ERR_CSP",
        "the Content-Security-Policy forbids WebAssembly: add 'wasm-unsafe-eval' to its script-src",
        cause,
      );
    }
    throw otherwise(cause);
  }
}

function notCompiled(cause: unknown): MudpuppyError {
  if (cause instanceof WebAssembly.CompileError) {
    return new MudpuppyError("ERR_NOT_WASM", "the module does not compile: it is damaged, or the engine too old", cause);
  }
  return new MudpuppyError("ERR_FETCH", "the module could not be loaded to its end", cause);
}

function notStarted(cause: unknown): MudpuppyError {
  if (cause instanceof RangeError) {
    return new MudpuppyError("ERR_UNSUPPORTED", "there is not enough memory to start the module", cause);
  }
  return new MudpuppyError("ERR_NOT_WASM", "the module is another program than Mudpuppy, or another version of it", cause);
}
