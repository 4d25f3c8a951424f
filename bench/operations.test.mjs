// Runs every operation of every contestant for a moment, in Node, with the
// checks of their results; no time matters here.

import assert from "node:assert/strict";
import { before, test } from "node:test";

import { buildWasm } from "./build.mjs";
import { platform } from "./engines/files.mjs";
import { measure } from "./measure.mjs";
import { operations } from "./operations.mjs";
import { opponent } from "./peers.mjs";

before(buildWasm);

const plan = { warmUp: 0, window: 0.01, rounds: 1 };

for (const { id, title, contestants, cold } of operations) {
  test(title, async () => {
    const { [id]: result } = await measure({ kind: "warm", operations: [id], plan }, platform);
    assert.deepEqual(Object.keys(result), Object.keys(contestants));
    for (const { samples } of Object.values(result)) assert.ok(samples[0] > 0);
  });

  if (!cold) continue;
  test(`${title}, cold`, async () => {
    for (const contestant of Object.keys(opponent)) {
      const result = await measure({ kind: "cold", operation: id, contestant, calls: 3 }, platform);
      assert.deepEqual(Object.keys(result), ["load", "first", "mean"]);
    }
  });
}

test("Mudpuppy's errors reach JavaScript, and it goes on", async () => {
  const { InboundGroupSession, Utility } = await import("./mudpuppy.mjs");
  const session = new InboundGroupSession();
  assert.throws(() => session.create("no key"), /megolm: /);
  assert.throws(() => session.decrypt("AAAA"), /bench: panic/); // of an object that was not made
  session.free();
  const utility = new Utility();
  assert.throws(() => utility.sha256("x".repeat(1 << 20)), /too small/);
  assert.equal(utility.sha256(""), "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU");
});
