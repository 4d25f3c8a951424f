import assert from "node:assert/strict";
import { stepNames } from "./steps.mjs";

/** Makes a test of every step that some place has played. */
export async function checkSteps(t, results) {
  assert.ok(Array.isArray(results), `the scenario was not played: ${JSON.stringify(results)}`);
  assert.deepEqual(results.map(({ name }) => name), stepNames);
  for (const { name, error } of results) await t.test(name, () => assert.equal(error, undefined));
}

/** The same of what page.mjs makes known, which is played in two places. */
export async function checkPage(t, outcome, itsWorker = "a machine") {
  const { page, worker, hosted, error } = JSON.parse(outcome);
  assert.equal(error, undefined);
  await t.test("in a page", (t) => checkSteps(t, page));
  await t.test("in a module worker", (t) => checkSteps(t, worker));
  await t.test("its own worker", () => assert.equal(hosted, itsWorker));
}
