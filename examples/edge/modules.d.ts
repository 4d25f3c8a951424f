/** A program, compiled by the platform. */
declare module "*.wasm" {
  const module: WebAssembly.Module;
  export default module;
}
