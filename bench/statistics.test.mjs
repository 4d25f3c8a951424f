import assert from "node:assert/strict";
import { test } from "node:test";

import { median, ratios, summarise, times } from "./statistics.mjs";

test("median", () => {
  for (const [values, want] of [
    [[3], 3],
    [[9, 1, 5], 5],
    [[10, 9, 2, 1], 5.5],
    [[100, 20, 3], 20], // numbers, not texts
  ]) {
    const before = [...values];
    assert.equal(median(values), want);
    assert.deepEqual(values, before, "the values were sorted in place");
  }
});

test("summarise", () => {
  assert.deepEqual(summarise([4, 1, 3]), { median: 3, min: 1, max: 4 });
});

test("times and ratios are made run by run", () => {
  const runs = [
    { mudpuppy: { samples: [2, 1, 90] }, libolm: { samples: [8, 7, 6] } },
    { mudpuppy: { samples: [4, 4, 5] }, libolm: { samples: [8, 99, 8] } },
  ];
  assert.deepEqual(times(runs, "mudpuppy"), [2, 4]);
  assert.deepEqual(times(runs, "libolm"), [7, 8]);
  assert.deepEqual(ratios(runs, "mudpuppy", "libolm"), [3.5, 2]);
});
