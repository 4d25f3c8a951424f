// As main.mjs, for bundlers that make an address of an imported file.
import wasm from "mudpuppy/olm.wasm";
import { playInPage } from "./page.mjs";

playInPage({ url: new URL(wasm, import.meta.url).href });
