// Tables of what whole machines do, in milliseconds.

import { compared, growing, places } from "../machine/operations.mjs";
import { titles } from "../peers.mjs";
import { median, ratios, summarise, times } from "../statistics.mjs";
import { judge } from "../targets.mjs";
import { pictures } from "./growth.mjs";
import { ratio, time } from "./numbers.mjs";
import { table } from "./table.mjs";

const spread = ({ median, min, max }) => `${ratio(median)} (${ratio(min)}–${ratio(max)})`;

const both = (runs) => ["mudpuppy", "rust"].map((name) => time(median(times(runs, name))));

/** A section for each place where the state of machines was kept. */
export function machineSections(engine, measured) {
  return places.flatMap(({ id: place, title }) => [
    section(`### The machine, ${title}`, compared, place, measured, besideRust(engine, "ms")),
    ...pictures.map((picture) => section(`### ${picture.title}, ${title}`, growing.filter(({ what }) => what === picture.what), place, measured, grow)),
  ]).filter(Boolean);
}

function section(heading, operations, place, measured, show) {
  const rows = operations.filter((operation) => operation.place === place && measured[operation.id]);
  return rows.length > 0 && `${heading}\n\n${show(rows, measured)}`;
}

/** Makes a table of what Mudpuppy and the Rust SDK take, in a unit. */
export const besideRust = (engine, unit) => (rows, measured) =>
  table(["", `${titles.mudpuppy}, ${unit}`, `${titles.rust}, ${unit}`, "ratio", "target", ""], rows.map(({ id, title }) => {
    const judgement = judge(engine, id, measured[id]);
    const verdict = judgement ? [`≥ ${judgement.target.least}`, judgement.met ? "met" : "**missed**"] : ["", ""];
    return [title, ...both(measured[id]), spread(summarise(ratios(measured[id], "mudpuppy", "rust"))), ...verdict];
  }));

const grow = (rows, measured) =>
  table(["", `${titles.mudpuppy}, ms`, `${titles.rust}, ms`, "ratio"], rows.map(({ id, title }) =>
    [title, ...both(measured[id]), ratio(median(ratios(measured[id], "mudpuppy", "rust")))]));
