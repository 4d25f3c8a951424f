// Runs every operation of every contestant for a moment, in Node, with the
// checks of their results; no time matters here.

import assert from "node:assert/strict";
import { before, test } from "node:test";

import { build } from "./build.mjs";
import { platform } from "./engines/files.mjs";
import { measure } from "./measure.mjs";
import { operations } from "./operations.mjs";
import { firstAccount, opponent, titles } from "./peers.mjs";

before(build);

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

for (const contestant of Object.keys(firstAccount)) {
  test(`from nothing to an account, ${titles[contestant]}`, async () => {
    assert.ok((await measure({ kind: "start", contestant }, platform)) > 0);
  });
}

for (const [scene, names] of Object.entries({
  first: ["create", "query", "claim", "share"],
  talk: ["keys", "decrypt", "burst", "encrypt"],
  transfer: ["import", "export"],
  long: ["import", "backlog"].flatMap((name) => [name, `${name}-encrypt`, `${name}-decrypt`, `${name}-task`]),
  growth: ["share-1", "share-3"],
  history: ["import-1", "import-3"],
})) {
  test(`machines, ${scene}`, async () => {
    const result = await measure({ kind: "machine", scene, isSealed: false, rounds: 1, sizes: [1, 3] }, platform);
    assert.deepEqual(Object.keys(result), names);
    for (const [name, contestants] of Object.entries(result)) {
      assert.deepEqual(Object.keys(contestants).sort(), ["mudpuppy", "rust"], name);
      for (const { samples } of Object.values(contestants)) assert.ok(samples[0] > 0);
    }
  });
}
