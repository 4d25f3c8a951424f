// mudpuppy/libolm for browsers, and what is like them. It shares all with mudpuppy/olm.
import { makeOlm } from "./libolm/olm.js";
import { init as load } from "./olm.browser.js";

export * from "./libolm/surface.js";

const Olm = makeOlm(load);
export const { init } = Olm;
export default Olm;
