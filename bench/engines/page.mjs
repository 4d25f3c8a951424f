// Measures in a browser: the page lends its driver a function that does a job.

import { measure } from "../measure.mjs";

const platform = {
  async mudpuppy() {
    const [module, kernel] = await Promise.all([
      WebAssembly.compileStreaming(fetch("mudpuppy.wasm")),
      fetch("kernel.wasm").then((response) => response.arrayBuffer()),
    ]);
    return { module, kernel };
  },
  libolmOptions: { locateFile: () => "olm.wasm" },
  rustURL: "rust.wasm",
};

// libolm assigns to this variable, which modules may not do to one that is not there.
globalThis.OLM_OPTIONS = undefined;

globalThis.measure = (job) => measure(job, platform);
