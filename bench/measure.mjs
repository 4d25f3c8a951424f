// Measuring, in whatever engine this runs. Contestants take turns in small
// windows, so that what else the machine does hits all alike, and the ratio of
// their times can be trusted more than the times.

import { measureMachine } from "./machine/measure.mjs";
import { find } from "./operations.mjs";
import { firstAccount, opponent, peers } from "./peers.mjs";

/**
 * Does a job and returns its result, which is plain data:
 *
 *   { kind: "warm", operations: ids, plan: { warmUp, window, rounds } }
 *   { kind: "cold", operation: id, contestant, calls }
 *   { kind: "start", contestant }
 *   { kind: "machine", scene, isSealed, rounds }
 *
 * Times of a plan are in milliseconds, those of results in microseconds an
 * operation; those of loading and of machines in milliseconds.
 */
export function measure(job, platform) {
  return { warm: measureWarm, cold: measureCold, start: measureStart, machine: measureMachine }[job.kind](job, platform);
}

/** The APIs of the contestants that are loaded, or the promises of them. */
const loaded = {};

const load = (name, platform) => (loaded[name] ??= peers[name](platform));

/** Makes the subject of an operation for one contestant. */
async function makeSubject(operation, contestant, platform) {
  const api = await load(contestant, platform);
  const other = opponent[contestant] && (await load(opponent[contestant], platform));
  return operation.contestants[contestant](api, other);
}

async function measureWarm({ operations, plan }, platform) {
  const results = {};
  for (const id of operations) {
    const operation = find(id);
    const subjects = [];
    for (const name of Object.keys(operation.contestants)) {
      subjects.push([name, await makeSubject(operation, name, platform)]);
    }
    results[id] = await compare(subjects, { ...plan, rounds: Math.min(plan.rounds, operation.rounds ?? Infinity) });
    await new Promise((resolve) => setTimeout(resolve)); // or browsers take the page for dead
  }
  return results;
}

/**
 * Measures subjects, as [name, subject], against each other: first all are
 * warmed up, then each has one window a round, in an order that changes from
 * round to round. Returns for each how many runs fill its window, and the time
 * of a run in every round.
 */
export async function compare(subjects, { warmUp, window, rounds }, now = () => performance.now()) {
  const entrants = [];
  for (const [name, subject] of subjects) {
    await checkOnce(subject);
    entrants.push({ name, subject, batch: await fit(subject, warmUp, window, now), samples: [] });
  }
  for (let round = 0; round < rounds; round++) {
    for (let turn = 0; turn < entrants.length; turn++) {
      const { subject, batch, samples } = entrants[(round + turn) % entrants.length];
      samples.push((1000 * (await time(subject, batch, now))) / batch);
    }
  }
  return Object.fromEntries(entrants.map(({ name, batch, samples }) => [name, { batch, samples }]));
}

/** A fast wrong answer is worth nothing. */
async function checkOnce({ prepare, run, loop, check }) {
  prepare?.(1);
  const result = await (loop ? loop(1) : run(0));
  check?.(result);
}

/** Runs a subject until it is warm, and returns how many runs fill a window. */
async function fit(subject, warmUp, window, now) {
  const begin = now();
  let batch = 1;
  let fastest = Infinity; // a run, since that one was the warmest and the least disturbed
  let full = 0; // windows since the batch last grew
  while (now() - begin < warmUp || full < 3) {
    const elapsed = await time(subject, batch, now);
    // The clock of a browser is too coarse for less.
    if (elapsed > window / 8) fastest = Math.min(fastest, elapsed / batch);
    if (elapsed < window / 2) {
      batch *= 2;
      full = 0;
    } else {
      full++;
    }
  }
  return Math.max(1, Math.round(window / fastest));
}

/** The time of n runs, in milliseconds. */
async function time({ prepare, run, loop, isAsync }, n, now) {
  prepare?.(n);
  const begin = now();
  if (isAsync) for (let i = 0; i < n; i++) await run(i);
  else if (loop) loop(n);
  else for (let i = 0; i < n; i++) run(i);
  return now() - begin;
}

/**
 * Measures how a contestant starts: how long it takes to load, in milliseconds,
 * and its first calls of an operation, in microseconds: the first, and the mean
 * of all. To be called once in a fresh process or page.
 */
async function measureCold({ operation, contestant, calls }, platform) {
  const begin = performance.now();
  await load(contestant, platform);
  const loading = performance.now() - begin;
  const { prepare, run } = await makeSubject(find(operation), contestant, platform);
  prepare?.(calls);
  const start = performance.now();
  run(0);
  const afterFirst = performance.now();
  for (let i = 1; i < calls; i++) run(i);
  const end = performance.now();
  return { load: loading, first: 1000 * (afterFirst - start), mean: (1000 * (end - start)) / calls };
}

/**
 * Measures how long it takes from nothing to an account, in milliseconds. To be
 * called once in a fresh process or page.
 */
async function measureStart({ contestant }, platform) {
  const begin = performance.now();
  await firstAccount[contestant](await load(contestant, platform));
  return performance.now() - begin;
}
