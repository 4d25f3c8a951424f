// How the programs are compiled, here and wherever they are measured or tested.

const here = "github.com/mudpuppy-e2ee/mudpuppy";

/** In these packages nothing is computed that takes long, and to copy small functions into others costs 53 kB. */
const small = ["machine", "store/..."].map((path) => `-gcflags=${here}/${path}=-l`);

/** The flags of the go command, with some tags more. */
export const flags = (...tags) => ["-trimpath", "-buildvcs=false", `-tags=${["wasmhost", ...tags]}`, ...small];

/** The same without names and line numbers. */
export const shipped = [...flags(), "-ldflags=-s -w"];
