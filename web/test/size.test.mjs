// What a browser loads stays small.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { brotliCompressSync, constants } from "node:zlib";

const BUDGET = 600_000;

test("mudpuppy/olm loads at most 600 kB, compressed", (t) => {
  const dist = new URL("node_modules/mudpuppy/dist/", import.meta.url);
  const loaded = readdirSync(dist).filter((name) => /^(olm\.wasm|olm\.browser\.js|chunk-.*\.js)$/.test(name));
  const sizes = loaded.map((name) => {
    const params = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_LGWIN]: 24 };
    return brotliCompressSync(readFileSync(new URL(name, dist)), { params }).length;
  });
  const total = sizes.reduce((sum, size) => sum + size);
  t.diagnostic(loaded.map((name, i) => `${name} ${sizes[i]}`).join(", ") + `: ${total} bytes`);
  assert.ok(total <= BUDGET, `${total} bytes`);
});
