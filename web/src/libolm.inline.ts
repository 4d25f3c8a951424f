// mudpuppy/libolm in one file, for bundlers that do not copy .wasm files.
import { makeOlm } from "./libolm/olm.js";
import { init as load } from "./olm.inline.js";

export * from "./libolm/surface.js";

const Olm = makeOlm(load);
export const { init } = Olm;
export default Olm;
