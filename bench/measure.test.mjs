import assert from "node:assert/strict";
import { test } from "node:test";

import { compare } from "./measure.mjs";

/** A clock that only the subjects move: each run takes so many milliseconds. */
function newClock() {
  let time = 0;
  const log = [];
  const subject = (name, cost) => ({
    run() {
      log.push(name);
      time += cost;
    },
  });
  return { log, subject, now: () => time };
}

const plan = { warmUp: 20, window: 4, rounds: 6 };

test("times are microseconds a run", async () => {
  const { subject, now } = newClock();
  const results = await compare([["slow", subject("slow", 2)], ["fast", subject("fast", 0.25)]], plan, now);
  assert.deepEqual(results, {
    slow: { batch: 2, samples: Array(6).fill(2000) },
    fast: { batch: 16, samples: Array(6).fill(250) },
  });
});

test("what takes longer than a window runs once in it", async () => {
  const { subject, now } = newClock();
  assert.equal((await compare([["huge", subject("huge", 50)]], plan, now)).huge.batch, 1);
});

test("the order changes from round to round", async () => {
  const { log, subject, now } = newClock();
  const names = ["a", "b", "c"];
  await compare(names.map((name) => [name, subject(name, 4)]), { ...plan, rounds: 3 }, now);
  assert.equal(log.slice(-9).join(""), "abcbcacab");
});

test("preparing does not count", async () => {
  const { subject, now } = newClock();
  const { run } = subject("", 1);
  let prepared = 0;
  let left = 0;
  const results = await compare([["prepared", {
    prepare(n) {
      for (let i = 0; i < 10; i++) run();
      prepared++;
      left = n;
    },
    run(i) {
      assert.ok(i < left);
      run();
    },
  }]], plan, now);
  assert.ok(prepared > plan.rounds);
  assert.deepEqual(results.prepared, { batch: 4, samples: Array(6).fill(1000) });
});

test("a loop does all runs of a window by itself", async () => {
  const { subject, now } = newClock();
  const { run } = subject("", 1);
  const loop = (n) => {
    for (let i = 0; i < n; i++) run();
  };
  assert.deepEqual((await compare([["loop", { loop }]], plan, now)).loop, { batch: 4, samples: Array(6).fill(1000) });
});

test("a wrong result is no result", async () => {
  const { subject, now } = newClock();
  const wrong = { ...subject("wrong", 1), check: () => assert.fail("wrong") };
  await assert.rejects(compare([["wrong", wrong]], plan, now), /wrong/);
});

test("what returns promises is waited for", async () => {
  const { subject, now } = newClock();
  const { run } = subject("", 2);
  const later = { isAsync: true, run: () => new Promise((resolve) => setTimeout(() => resolve(run()))) };
  assert.deepEqual((await compare([["later", later]], plan, now)).later, { batch: 2, samples: Array(6).fill(2000) });
});
