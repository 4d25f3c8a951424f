// As main.mjs, for bundlers that make an address of an imported file.
import device from "mudpuppy/mudpuppy.wasm";
import olm from "mudpuppy/olm.wasm";
import { playInPage } from "./page.mjs";

const at = (wasm) => ({ url: new URL(wasm, import.meta.url).href });
playInPage({ olm: at(olm), device: at(device) });
