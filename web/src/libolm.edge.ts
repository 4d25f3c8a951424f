// mudpuppy/libolm for the edge runtime of Vercel. It shares all with mudpuppy/olm.
import { makeOlm } from "./libolm/olm.js";
import { init as load } from "./olm.edge.js";

export * from "./libolm/surface.js";

const Olm = makeOlm(load);
export const { init } = Olm;
export default Olm;
