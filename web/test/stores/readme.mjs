// The store that README.md shows.
import { readFileSync } from "node:fs";

const readme = readFileSync(new URL("../../README.md", import.meta.url), "utf8");
const [, source] = /```js\n([^`]*?export function memoryStore[\s\S]*?)```/.exec(readme);
// Imported from here, mudpuppy/store would not be found from a data: URL.
const absolute = source.replace('"mudpuppy/store"', JSON.stringify(import.meta.resolve("mudpuppy/store")));
export const { memoryStore } = await import(`data:text/javascript,${encodeURIComponent(absolute)}`);
