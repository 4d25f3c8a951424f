// What is written in plain JavaScript, or is no JavaScript at all.

declare module "*/internal/wasmhost/host.mjs" {
  export function wasmHost(kernel?: BufferSource | WebAssembly.Module): {
    env: Record<string, string>;
    imports: WebAssembly.ModuleImports;
    attach(mem: WebAssembly.Memory): Promise<void>;
  };
}

declare module "*/build/go-runtime.js" {
  /** Defines Go's class on a global object of our own, and returns it. */
  export function loadGo(scope: Record<string, unknown>): new () => {
    env: Record<string, string>;
    importObject: WebAssembly.Imports;
    exit: (code: number) => void;
    _scheduledTimeouts: Map<number, ReturnType<typeof setTimeout>>;
    _resume(): void;
    run(instance: WebAssembly.Instance): Promise<void>;
  };
}

/** A module: as bytes, bundled, or compiled by the platform, from beside the bundle. */
declare module "*.wasm" {
  const content: WebAssembly.Module | Uint8Array<ArrayBuffer>;
  export default content;
}

/** A module, compiled by the platform. */
declare module "*.wasm?module" {
  const module: WebAssembly.Module;
  export default module;
}
