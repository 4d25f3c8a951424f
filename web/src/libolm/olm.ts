import type { InitOptions } from "../loader/init.js";
import * as surface from "./surface.js";

type Init = (opts?: object) => Promise<void>;

/** Makes the object that the original exports. As that does, it makes itself known to a page as `Olm`. */
export function makeOlm(load: (options: InitOptions) => Promise<void>) {
  const init: Init = (opts) => load((opts ?? {}) as InitOptions);
  const Olm = { ...surface, init };
  if (typeof window !== "undefined") Object.assign(window, { Olm });
  return Olm;
}
