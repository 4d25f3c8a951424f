// The types of all entries mudpuppy/libolm: the surface by name, and as one
// object, of which the classes are types as well.
import * as Olm from "./surface.js";

export * from "./surface.js";
export default Olm;
