// The results as tables for people to read.

import { groups, operations } from "../operations.mjs";
import { titles } from "../peers.mjs";
import { median, ratios, summarise, times } from "../statistics.mjs";
import { judge, judgeAll, summary } from "../targets.mjs";
import { growthLines, pictures } from "./growth.mjs";
import { bridgeTable, loadTable, storeTable } from "./limits.mjs";
import { besideRust, machineSections } from "./machines.mjs";
import { ratio, time } from "./numbers.mjs";
import { table } from "./table.mjs";
import { visitSection } from "./visits.mjs";

const titleOf = Object.fromEntries(operations.map(({ id, title }) => [id, title]));

export function markdown(results) {
  const measured = results.engines.filter(({ skipped }) => !skipped);
  return [
    "# Mudpuppy and its peers, measured",
    "`make bench-peers` writes this file, but for the notes at the end: they stand in NOTES.md.",
    introduction(results),
    `**${summary(judgeAll(results))}**`,
    "![How many times faster than libolm](results.svg)",
    ...pictures.filter(({ what }) => growthLines(measured, what).length > 0).map(({ title, file }) => `![${title}](${file})`),
    ...measured.flatMap(engineSection),
    ...coldSections(measured, results.plan),
  ].join("\n\n") + "\n";
}

function introduction({ date, machine, versions, plan, engines, renewed = [] }) {
  const { processor, cores, memory, system } = machine;
  const rows = [
    `- ${date}, ${processor} (${cores} cores), ${memory}, ${system}`,
    ...engines.map(({ title, version, skipped }) => (skipped ? `- ${title} was left out: ${skipped}` : `- ${version}`)),
    ...Object.entries(versions).map(([peer, version]) => `- ${titles[peer]}: ${version}`),
    ...renewed.map(({ which, date, mudpuppy, runs, engines }) => `- measured anew, on ${date}: \`${which}\` with Mudpuppy ${mudpuppy} in ${engines.join(" and ")}, ${runs} runs`),
  ];
  return `${rows.join("\n")}

All contestants take turns in one process or page, in ${plan.rounds} windows of about ${plan.window} ms each for an
operation. The time of a run is the median of its windows; shown is the median
of ${plan.runs} runs, each in a fresh process or page, in microseconds an operation.
Ratios are made within a run: time of the peer ÷ time of Mudpuppy, so that above
1 Mudpuppy is faster; behind the median stand the worst and the best run. A
target is met if the worst run meets it. What calls across the bridge, loading and
the store cost may not be above a target; times of the bridge are in nanoseconds,
of the others in milliseconds. Machines take turns with that of the Rust SDK, their
times are in milliseconds, too.`;
}

function engineSection({ id, version, operations, loads = {}, stores = {}, machines = {}, visits = {} }) {
  const sections = groups.map((group) => {
    const rows = group.operations.filter((operation) => operations[operation.id]);
    return rows.length > 0 ? `### ${group.title}\n\n${tableOf(group)(id, rows, operations)}` : undefined;
  });
  const loading = Object.keys(loads).length > 0 && `### Loading\n\n${loadTable(id, loads)}`;
  const storing = Object.keys(stores).length > 0 && `### The store in IndexedDB\n\n${storeTable(id, stores)}`;
  return [`## ${version}`, ...[...sections, loading, visitSection(id, visits), storing].filter(Boolean), ...machineSections(id, machines)];
}

/** What makes the table of a group, by whom its operations are measured beside. */
function tableOf({ operations: [{ contestants }] }) {
  if (contestants.libolm) return warmTable;
  return contestants.rust ? (engine, rows, measured) => besideRust(engine, "µs")(rows, measured) : bridgeTable;
}

function warmTable(engine, rows, measured) {
  const names = [...new Set(rows.flatMap(({ id }) => Object.keys(measured[id][0])))];
  const others = names.filter((name) => name !== "mudpuppy" && name !== "libolm");
  const head = ["", titles.mudpuppy, titles.libolm, "ratio", "target", "", ...others.map((name) => titles[name])];
  return table(head, rows.map(({ id, title }) => {
    const runs = measured[id];
    const { reached, target, met } = judge(engine, id, runs);
    return [
      title,
      time(median(times(runs, "mudpuppy"))),
      time(median(times(runs, "libolm"))),
      spread(reached),
      `≥ ${target.least}`,
      met ? "met" : "**missed**",
      ...others.map((name) => (runs[0][name] ? against(runs, name) : "")),
    ];
  }));
}

const spread = ({ median, min, max }) => `${ratio(median)} (${ratio(min)}–${ratio(max)})`;

/** The time of another contestant, and how many times faster Mudpuppy is. */
function against(runs, name) {
  return `${time(median(times(runs, name)))} (${ratio(median(ratios(runs, "mudpuppy", name)))}×)`;
}

function coldSections(engines, { runs, calls }) {
  const sections = engines.filter(({ cold }) => Object.keys(cold).length > 0).map(coldSection);
  if (sections.length === 0) return [];
  return [
    "## Cold",
    `Each operation in a fresh process or page of its own, after what has to be set up
for it: the first call, and the mean of the first ${calls}, in microseconds. Medians
of ${runs} runs.`,
    ...sections,
  ];
}

function coldSection({ version, cold }) {
  const show = (runs, what) => time(median(runs.map((run) => run[what])));
  const rows = Object.entries(cold).map(([id, { mudpuppy, libolm }]) => [
    titleOf[id],
    show(mudpuppy, "first"), show(libolm, "first"),
    show(mudpuppy, "mean"), show(libolm, "mean"),
  ]);
  const load = (name) => summarise(Object.values(cold).flatMap((contestants) => contestants[name].map((run) => run.load)));
  const loads = ["mudpuppy", "libolm"].map((name) => {
    const { median, min, max } = load(name);
    return `${titles[name]} in ${time(median)} ms (${time(min)}–${time(max)})`;
  });
  return `### ${version}

Loads ${loads.join(", ")}.

${table(["", "first: Mudpuppy", "libolm", "mean: Mudpuppy", "libolm"], rows)}`;
}
