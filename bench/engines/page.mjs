// Measures in a browser: the page lends its driver a function that does a job.

import { measure } from "../measure.mjs";

const platform = {
  probe: async () => ({ url: "probe.wasm" }),
  libolmOptions: { locateFile: () => "libolm.wasm" },
  rustURL: "rust.wasm",
};

// libolm assigns to this variable, which modules may not do to one that is not there.
globalThis.OLM_OPTIONS = undefined;

globalThis.measure = (job) => measure(job, platform);
