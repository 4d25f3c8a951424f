// What a browser loads stays small.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { brotliCompressSync, constants } from "node:zlib";

/** What each entry may load, compressed. */
const budgets = { olm: ["olm.wasm", 480_000], libolm: ["olm.wasm", 480_000], mudpuppy: ["mudpuppy.wasm", 900_000] };
const dist = new URL("node_modules/mudpuppy/dist/", import.meta.url);

/** A file of the package, and all that it imports. */
function loadedBy(name, loaded = new Set()) {
  if (loaded.has(name)) return loaded;
  loaded.add(name);
  const source = readFileSync(new URL(name, dist), "utf8");
  for (const [, imported] of source.matchAll(/(?:from|import)\s*"\.\/([\w.-]+\.js)"/g)) loadedBy(imported, loaded);
  return loaded;
}

for (const [entry, [program, budget]] of Object.entries(budgets)) {
  test(`${entry} loads at most ${budget / 1000} kB, compressed`, (t) => {
    const loaded = [program, ...loadedBy(`${entry}.browser.js`)];
    assert.ok(loaded.length > 2, "the imports were not found");
    const sizes = loaded.map((name) => {
      const params = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_LGWIN]: 24 };
      return brotliCompressSync(readFileSync(new URL(name, dist)), { params }).length;
    });
    const total = sizes.reduce((sum, size) => sum + size);
    t.diagnostic(loaded.map((name, i) => `${name} ${sizes[i]}`).join(", ") + `: ${total} bytes`);
    assert.ok(total <= budget, `${total} bytes`);
  });
}
