import assert from "node:assert/strict";
import { test } from "node:test";

import { stores } from "./indexeddb/stores.mjs";
import { machines } from "./machine/operations.mjs";
import { operations } from "./operations.mjs";
import { loads } from "./peers.mjs";
import { judge, judgeAll, summary, target, thresholdIds } from "./targets.mjs";
import { visits } from "./visit/visits.mjs";

/** Runs in which Mudpuppy is so many times faster than libolm. */
const runs = (...ratios) =>
  ratios.map((ratio) => ({ mudpuppy: { samples: [10] }, libolm: { samples: [10 * ratio] } }));

test("every threshold belongs to an operation", () => {
  const ids = [...operations, ...loads, ...stores, ...machines, ...visits].map(({ id }) => id);
  for (const id of thresholdIds) assert.ok(ids.includes(id), `${id} is no operation`);
});

test("the store is measured beside what its targets name", () => {
  for (const { id, beside } of stores) {
    const wanted = target("chromium", id);
    if (wanted) assert.equal(wanted.against, beside, id);
  }
});

test("operations have ids of their own", () => {
  const all = [...operations, ...loads, ...stores, ...machines, ...visits];
  assert.equal(new Set(all.map(({ id }) => id)).size, all.length);
});

test("thresholds hold in Node and Chromium, and nothing may be slower than libolm anywhere", () => {
  for (const engine of ["node", "chromium"]) {
    assert.deepEqual(target(engine, "x25519"), { least: 2, against: "libolm" });
    assert.deepEqual(target(engine, "megolm-encrypt-64k"), { least: 1, against: "libolm" });
    assert.deepEqual(target(engine, "bridge-empty"), { most: 0.05 });
    assert.deepEqual(target(engine, "load-cold"), { most: 1, against: "rust" });
    assert.deepEqual(target(engine, "store-sealed-200"), { most: 1.25, against: "unsealed" });
    assert.equal(target(engine, "store-unseen-200"), undefined);
    assert.equal(target(engine, "bridge-empty-secret"), undefined);
    assert.deepEqual(target(engine, "machine-memory-share"), { least: 1.5, against: "rust" });
    assert.equal(target(engine, "machine-memory-share-200"), undefined);
  }
  for (const engine of ["firefox", "bun"]) {
    for (const { id, contestants } of operations) {
      assert.deepEqual(target(engine, id), contestants.libolm && { least: 1, against: "libolm" });
    }
  }
});

test("the worst run decides", () => {
  assert.equal(judge("node", "x25519", runs(2.5, 2, 2.1)).met, true);
  assert.equal(judge("node", "x25519", runs(2.5, 1.999, 2.1)).met, false);
  assert.equal(judge("bun", "x25519", runs(2.5, 1.999, 2.1)).met, true);
  assert.equal(judge("bun", "x25519", runs(2.5, 0.99, 2.1)).met, false);
});

test("a judgement says what was reached", () => {
  assert.deepEqual(judge("chromium", "verify", runs(1.5, 1.2, 1.3)), {
    engine: "chromium", operation: "verify", met: true,
    target: { least: 1.1, against: "libolm" }, reached: { median: 1.3, min: 1.2, max: 1.5 },
  });
});

test("what may take so long at most is met if the slowest run takes no longer", () => {
  const probed = (...values) => values.map((value) => ({ probe: { samples: [value] } }));
  assert.equal(judge("node", "bridge-echo", probed(0.2, 0.5)).met, true);
  assert.equal(judge("node", "bridge-echo", probed(0.2, 0.51, 0.2)).met, false);
  assert.equal(judge("bun", "bridge-echo", probed(0.51)), undefined);
});

test("what may take so much longer than another at most is met if it does in every run", () => {
  const within = (...values) => values.map((value) => ({ mudpuppy: { samples: [value] }, probe: { samples: [100] } }));
  assert.equal(judge("chromium", "bridge-megolm", within(105, 110)).met, true);
  assert.deepEqual(judge("chromium", "bridge-megolm", within(90, 111, 100)), {
    engine: "chromium", operation: "bridge-megolm", met: false,
    target: { most: 1.1, against: "probe" }, reached: { median: 1, min: 0.9, max: 1.11 },
  });
  const load = [{ mudpuppy: { samples: [60] }, libolm: { samples: [20] }, rust: { samples: [90, 100, 900] } }];
  assert.equal(judge("chromium", "load-cold", load).reached.max, 0.6);
  assert.equal(judge("chromium", "load-warm", load), undefined);
  const commit = (own) => [{ mudpuppy: { samples: own }, floor: { samples: [10, 10, 90] } }];
  assert.equal(judge("chromium", "store-1", commit([5, 20, 400])).met, true);
  assert.equal(judge("chromium", "store-1", commit([5, 20.1, 400])).met, false);
});

test("a machine is measured against the Rust SDK's", () => {
  const share = (ratio) => [{ mudpuppy: { samples: [10] }, rust: { samples: [10 * ratio] } }];
  assert.equal(judge("chromium", "machine-sealed-share", share(4)).met, true);
  assert.equal(judge("chromium", "machine-sealed-share", share(3.99)).met, false);
  assert.equal(judge("chromium", "machine-sealed-share-1000", share(1)), undefined);
});

test("a first visit is measured against the Rust SDK's", () => {
  const visit = (ratio) => [{ mudpuppy: { samples: [1000], bytes: 1 }, rust: { samples: [1000 * ratio], bytes: 2 } }];
  assert.equal(judge("chromium", "visit-fast-4g", visit(1)).met, true);
  assert.equal(judge("chromium", "visit-slow-4g", visit(0.99)).met, false);
});

test("files are measured against the Rust SDK's, in Node and Chromium", () => {
  const encrypt = (ratio) => [{ mudpuppy: { samples: [10] }, rust: { samples: [10 * ratio] } }];
  assert.equal(judge("chromium", "attachment-encrypt-1m", encrypt(2)).met, true);
  assert.equal(judge("node", "attachment-decrypt-1m", encrypt(1.99)).met, false);
  assert.equal(judge("chromium", "attachment-encrypt-64k", encrypt(1)), undefined);
  assert.equal(judge("firefox", "attachment-encrypt-1m", encrypt(1)), undefined);
});

test("the last line counts and names", () => {
  const results = {
    engines: [
      { id: "node", operations: { x25519: runs(3), sign: runs(1.1), verify: runs(0.5) } },
      { id: "chromium", operations: {}, loads: { "load-cold": [{ mudpuppy: { samples: [2] }, rust: { samples: [1] } }] },
        stores: { "store-group": [{ mudpuppy: { samples: [2] }, together: { samples: [1] } }] },
        machines: { "machine-memory-query": [{ mudpuppy: { samples: [2] }, rust: { samples: [1] } }] } },
      { id: "firefox", operations: { x25519: runs(1.1), "bridge-empty": [{ probe: { samples: [9] } }] } },
      { id: "bun", skipped: "not installed" },
    ],
  };
  const judgements = judgeAll(results);
  assert.equal(summary(judgements), "TARGETS: 2 met, 5 missed: node/sign node/verify chromium/load-cold chromium/store-group chromium/machine-memory-query");
  assert.equal(summary(judgements.filter(({ met }) => met)), "TARGETS: 2 met, 0 missed");
});
