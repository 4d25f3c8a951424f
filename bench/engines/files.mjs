// Where the contestants find their wasm when files can be read. Those from npm
// know it themselves.

import { readFile } from "node:fs/promises";

const read = (path) => readFile(new URL(path, import.meta.url));

export const platform = {
  mudpuppy: async () => ({
    module: await WebAssembly.compile(await read("../../dist/bench/mudpuppy.wasm")),
    kernel: await read("../../internal/aes/simd/kernel.wasm"),
  }),
};
