// Measures Mudpuppy against its peers in every engine that is there, and writes
// results.json, RESULTS.md and pictures. Run by `make bench-peers`:
//
//   QUICK=1           a short, rough measurement while developing
//   RUN=expression    only operations whose id matches, such as megolm-import,
//                     or ^store for those of the store, ^machine for whole machines,
//                     ^visit for first visits over a slow line
//   ENGINES=node,…    only these engines
//   RUNS=3            so many runs, in place of 5
//   RENEW=1           what RUN and ENGINES choose takes its place among the results that
//                     there are, with a note of when it was measured
//
// With any but the last the results are no results to show, and go to dist/bench.

import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

import { build, buildSite, dist } from "./build.mjs";
import { chromium, firefox } from "./engines/browsers.mjs";
import { bun, node } from "./engines/processes.mjs";
import { build as buildStorePage } from "../internal/storepage/site.mjs";
import { stores } from "./indexeddb/stores.mjs";
import { machines, measureMachines } from "./machine/operations.mjs";
import { operations } from "./operations.mjs";
import { firstAccount, loads, opponent } from "./peers.mjs";
import { describeMachine, describeVersions } from "./report/environment.mjs";
import { renew } from "./report/renew.mjs";
import { write } from "./report/write.mjs";
import { judgeAll, summary } from "./targets.mjs";
import { visits } from "./visit/visits.mjs";

const { QUICK, RUN, RUNS, ENGINES, RENEW } = process.env;

// Windows are short, so that most of them pass without being disturbed.
const plan = QUICK
  ? {
      runs: 2, calls: 100, loads: 1, visits: 1, warmUp: 50, window: 3, rounds: 9,
      stores: { 1: 41, 200: 9, 10_000: 3, group: 9, open: 9 },
      machines: { first: 5, talk: 5, reopen: 7, transfer: 3, long: 1, growth: 1, history: 0 },
    }
  : {
      runs: Number(RUNS ?? 5), calls: 100, loads: 3, visits: 1, warmUp: 120, window: 4, rounds: 31,
      stores: { 1: 101, 200: 21, 10_000: 3, group: 21, open: 21 },
      machines: { first: 12, talk: 12, reopen: 21, transfer: 5, long: 3, growth: 3, history: 1 },
    };

const isChosen = ({ id }) => new RegExp(RUN || "").test(id);
const chosen = operations.filter(isChosen);
const chosenLoads = loads.filter(isChosen);
const chosenStores = stores.filter(isChosen);
const chosenMachines = machines.filter(isChosen);
const chosenVisits = visits.filter(isChosen);
const engines = [node, chromium, firefox, bun].filter(({ id }) => !ENGINES || ENGINES.split(",").includes(id));
const shown = dirname(fileURLToPath(import.meta.url));
const folder = QUICK || ((RUN || RUNS || ENGINES) && !RENEW) ? dist : shown;

const began = Date.now();
const say = (message) => console.log(`bench-peers: ${message} (${Math.round((Date.now() - began) / 1000)} s)`);

async function measureWarm(engine, result) {
  const measured = await engine.measure({ kind: "warm", operations: chosen.map(({ id }) => id), plan });
  for (const [id, run] of Object.entries(measured)) (result.operations[id] ??= []).push(run);
}

async function measureCold(engine, result) {
  for (const { id } of chosen.filter(({ cold }) => cold)) {
    const runs = (result.cold[id] ??= {});
    for (const contestant of Object.keys(opponent)) {
      const job = { kind: "cold", operation: id, contestant, calls: plan.calls };
      (runs[contestant] ??= []).push(await engine.measure(job));
    }
  }
}

/** Measures loading, in engines that can be given a fresh profile. The contestants take turns. */
async function measureLoads(engine, result) {
  if (!engine.measureLoads || chosenLoads.length === 0) return;
  const run = { "load-cold": {}, "load-warm": {} };
  for (let load = 0; load < plan.loads; load++) {
    for (const contestant of Object.keys(firstAccount)) {
      const { cold, warm } = await engine.measureLoads(contestant);
      ((run["load-cold"][contestant] ??= { samples: [] }).samples).push(cold);
      ((run["load-warm"][contestant] ??= { samples: [] }).samples).push(warm);
    }
  }
  for (const { id } of chosenLoads) (result.loads[id] ??= []).push(run[id]);
}

/** Measures the store, in engines where its data can be on the disk. */
async function measureStores(engine, result) {
  if (!engine.measureStores || chosenStores.length === 0) return;
  const run = await engine.measureStores(plan.stores);
  for (const { id } of chosenStores) (result.stores[id] ??= []).push(run[id]);
}

/** Measures whole machines; their growth and long work in the first run only, since they take long. */
async function measureAllMachines(engine, result, run) {
  if (!engine.measureMachine) return;
  const rounds = run === 1 ? plan.machines : { ...plan.machines, growth: 0, history: 0, long: 0 };
  const measured = await measureMachines(engine, chosenMachines, rounds);
  for (const [id, times] of Object.entries(measured)) (result.machines[id] ??= []).push(times);
}

/** Measures first visits, in engines whose line can be slowed down. */
async function measureAllVisits(engine, result) {
  if (!engine.measureVisits) return;
  for (const visit of chosenVisits) (result.visits[visit.id] ??= []).push(await engine.measureVisits(visit, plan.visits));
}

/** An engine's entry in the results, with the open engine or the reason why there is none. */
async function start({ id, title, find, missing, open }) {
  const program = find();
  if (!program) return { id, title, skipped: missing };
  try {
    const engine = await open(program);
    return { id, title, version: engine.version, operations: {}, cold: {}, loads: {}, stores: {}, machines: {}, visits: {}, engine };
  } catch (error) {
    return failed({ id, title }, error);
  }
}

/** An engine that is there but does not work is skipped as well, but makes the command fail. */
function failed({ id, title, engine }, error) {
  process.exitCode = 1;
  Promise.resolve(engine?.close()).catch(() => {});
  return { id, title, skipped: `failed: ${error.message.split("\n")[0]}` };
}

async function measureAll(entries) {
  for (let run = 1; run <= plan.runs; run++) {
    for (const [i, entry] of entries.entries()) {
      if (entry.skipped) continue;
      say(`${entry.version}, run ${run} of ${plan.runs}`);
      try {
        await measureWarm(entry.engine, entry);
        await measureCold(entry.engine, entry);
        await measureLoads(entry.engine, entry);
        await measureStores(entry.engine, entry);
        await measureAllMachines(entry.engine, entry, run);
        await measureAllVisits(entry.engine, entry);
      } catch (error) {
        console.error(error);
        entries[i] = failed(entry, error);
      }
    }
  }
}

await build();
await buildSite();
if (chosenStores.length > 0) await buildStorePage();
const entries = await Promise.all(engines.map(start));
await measureAll(entries);
for (const entry of entries) {
  await entry.engine?.close();
  delete entry.engine;
  if (entry.skipped) say(`${entry.title} skipped: ${entry.skipped}`);
}
const measured = {
  date: new Date().toISOString().slice(0, 10),
  machine: describeMachine(),
  versions: describeVersions(),
  plan,
  engines: entries,
};
const isPart = RENEW && (RUN || ENGINES) && !QUICK;
const results = isPart ? renew(JSON.parse(await readFile(join(shown, "results.json"), "utf8")), measured, RUN || ".") : measured;
await write(folder, results);
say(`wrote ${folder}/RESULTS.md, results.json and the pictures`);
console.log(summary(judgeAll(results)));
