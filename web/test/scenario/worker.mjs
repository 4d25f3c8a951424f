import { play } from "./play.mjs";

globalThis.onmessage = async ({ data }) => globalThis.postMessage(await play(data));
