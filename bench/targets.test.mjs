import assert from "node:assert/strict";
import { test } from "node:test";

import { operations } from "./operations.mjs";
import { judge, judgeAll, summary, threshold, thresholdIds } from "./targets.mjs";

/** Runs in which Mudpuppy is so many times faster than libolm. */
const runs = (...ratios) =>
  ratios.map((ratio) => ({ mudpuppy: { samples: [10] }, libolm: { samples: [10 * ratio] } }));

test("every threshold belongs to an operation", () => {
  const ids = operations.map(({ id }) => id);
  for (const id of thresholdIds) assert.ok(ids.includes(id), `${id} is no operation`);
});

test("operations have ids of their own", () => {
  assert.equal(new Set(operations.map(({ id }) => id)).size, operations.length);
});

test("thresholds hold in Node and Chromium, and nothing may be slower anywhere", () => {
  for (const engine of ["node", "chromium"]) {
    assert.equal(threshold(engine, "x25519"), 2);
    assert.equal(threshold(engine, "megolm-encrypt-64k"), 1);
  }
  for (const engine of ["firefox", "bun"]) {
    for (const { id } of operations) assert.equal(threshold(engine, id), 1);
  }
});

test("the worst run decides", () => {
  assert.equal(judge("node", "x25519", runs(2.5, 2, 2.1)).met, true);
  assert.equal(judge("node", "x25519", runs(2.5, 1.999, 2.1)).met, false);
  assert.equal(judge("bun", "x25519", runs(2.5, 1.999, 2.1)).met, true);
  assert.equal(judge("bun", "x25519", runs(2.5, 0.99, 2.1)).met, false);
});

test("a judgement says what was reached", () => {
  const { engine, operation, target, ratio } = judge("chromium", "verify", runs(1.5, 1.2, 1.3));
  assert.deepEqual({ engine, operation, target, ratio }, {
    engine: "chromium", operation: "verify", target: 1.1, ratio: { median: 1.3, min: 1.2, max: 1.5 },
  });
});

test("the last line counts and names", () => {
  const results = {
    engines: [
      { id: "node", operations: { x25519: runs(3), sign: runs(1.1), verify: runs(0.5) } },
      { id: "firefox", operations: { x25519: runs(1.1) } },
      { id: "bun", skipped: "not installed" },
    ],
  };
  const judgements = judgeAll(results);
  assert.equal(summary(judgements), "TARGETS: 2 met, 2 missed: node/sign node/verify");
  assert.equal(summary(judgements.filter(({ met }) => met)), "TARGETS: 2 met, 0 missed");
});
