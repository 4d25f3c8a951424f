// mudpuppy/libolm for Cloudflare Workers.
import { makeOlm } from "./libolm/olm.js";
import { init as load } from "./olm.workerd.js";

export * from "./libolm/surface.js";

const Olm = makeOlm(load);
export const { init } = Olm;
export default Olm;
