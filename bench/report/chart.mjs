// The results as a chart: for each operation and engine a bar, as long as
// Mudpuppy is faster than libolm.

import { groups } from "../operations.mjs";
import { judge } from "../targets.mjs";
import { ratio } from "./numbers.mjs";
import { colours, GREY, label, line, picture } from "./svg.mjs";

const WIDTH = 900;
const LEFT = 330; // where the bars begin
const RIGHT = 60; // room for the figure behind the longest
const BAR = 9;
const GAP = 8; // between operations
const TOP = 66;
const MISSED = "#c5221f";

/** The rows of the chart: titles of groups, and operations with a judgement for each engine. */
function layout(engines) {
  let y = TOP;
  const rows = [];
  for (const group of groups) {
    const measured = group.operations.filter(({ id, contestants }) =>
      contestants.libolm && engines.some(({ operations }) => operations[id]));
    if (measured.length === 0) continue;
    rows.push({ y, heading: group.title });
    y += 24;
    for (const { id, title } of measured) {
      const bars = engines.filter(({ operations }) => operations[id])
        .map((engine) => judge(engine.id, id, engine.operations[id]));
      rows.push({ y, title, bars });
      y += bars.length * BAR + GAP;
    }
    y += GAP;
  }
  return { rows, height: y + 10 };
}

export function chart({ engines }) {
  const measured = engines.filter(({ skipped }) => !skipped);
  const { rows, height } = layout(measured);
  const longest = Math.max(2, ...rows.flatMap(({ bars = [] }) => bars.map(({ reached, target }) => Math.max(reached.median, target.least))));
  const scale = (WIDTH - LEFT - RIGHT) / longest;
  const x = (value) => Math.round((LEFT + Math.min(value, longest) * scale) * 10) / 10;
  const parts = [
    label(12, 24, "How many times faster than libolm", { size: 16, weight: "bold" }),
    label(12, 42, "median of the runs; thin line: worst to best run; dark tick: target; red: missed", { fill: GREY }),
    ...legend(measured),
    ...grid(longest, height, x),
    ...rows.flatMap((row) => (row.heading ? [label(12, row.y + 12, row.heading, { size: 13, weight: "bold" })] : operation(row, x))),
  ];
  return picture(WIDTH, height, parts);
}

function legend(engines) {
  return engines.flatMap(({ id, version }, i) => {
    const x = WIDTH - 150 * (engines.length - i);
    return [`<rect x="${x}" y="15" width="10" height="10" fill="${colours[id]}"/>`, label(x + 14, 24, version)];
  });
}

function grid(longest, height, x) {
  const lines = Array.from({ length: Math.floor(longest) + 1 }, (_, value) => line(x(value), TOP - 6, height - 8, "#ddd"));
  const numbers = Array.from({ length: Math.floor(longest) + 1 }, (_, value) =>
    label(x(value), TOP - 10, value === 1 ? "libolm" : `${value}×`, { anchor: "middle", fill: GREY }));
  return [...lines, line(x(1), TOP - 6, height - 8, "#444", "4 3"), ...numbers];
}

function operation({ y, title, bars }, x) {
  const middle = y + (bars.length * BAR) / 2 + 4;
  return [
    label(LEFT - 8, middle, title, { anchor: "end" }),
    ...bars.flatMap((judgement, i) => bar(judgement, y + i * BAR, x)),
  ];
}

function bar({ engine, reached, target: { least }, met }, y, x) {
  const centre = y + BAR / 2;
  return [
    `<rect x="${x(0)}" y="${y + 1}" width="${x(reached.median) - x(0)}" height="${BAR - 2}" fill="${colours[engine]}"/>`,
    `<line x1="${x(reached.min)}" x2="${x(reached.max)}" y1="${centre}" y2="${centre}" stroke="#000"/>`,
    `<rect x="${x(least) - 1}" y="${y}" width="2" height="${BAR}" fill="#111"/>`,
    label(Math.max(x(reached.max), x(least)) + 4, y + BAR - 1, `${ratio(reached.median)}×`, { size: 9, fill: met ? GREY : MISSED, weight: met ? "normal" : "bold" }),
  ];
}
