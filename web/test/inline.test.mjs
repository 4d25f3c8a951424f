// The entry that holds everything in one file, and shares all else with the
// others.
import assert from "node:assert/strict";
import { test } from "node:test";
import * as olm from "mudpuppy/olm";
import * as inline from "mudpuppy/olm/inline";

test("the vector kernel for AES is attached, and what the inline entry loads serves the other entry too", async () => {
  assert.equal(inline.Account, olm.Account);
  const { instantiate } = WebAssembly;
  const attached = [];
  WebAssembly.instantiate = async (source, imports) => {
    const made = await instantiate(source, imports);
    if (imports.go) attached.push(...Object.keys(made.instance.exports));
    return made;
  };
  await inline.init();
  assert.ok(attached.includes("cbc_encrypt"));
  new olm.Account().free();
});
