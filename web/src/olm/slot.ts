// The program of mudpuppy/olm and mudpuppy/libolm.
import { attach, hasCrashed, markCrashed, running } from "../bridge/instance.js";
import type { Slot } from "../loader/init.js";

export const olm: Slot = {
  file: "olm.wasm",
  extras: () => ({}),
  running,
  hasCrashed,
  attach: (exports, program) => attach(exports, program.stop),
  markCrashed,
};
