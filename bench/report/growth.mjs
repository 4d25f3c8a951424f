// How the time that something takes grows with the number of its kind, as a picture:
// both axes are logarithmic, so that what grows in proportion is a straight line.

import { growing, places } from "../machine/operations.mjs";
import { titles } from "../peers.mjs";
import { median, times } from "../statistics.mjs";
import { time } from "./numbers.mjs";
import { colours, GREY, label, line, picture } from "./svg.mjs";

const WIDTH = 900;
const HEIGHT = 460;
const LEFT = 70;
const RIGHT = 230; // room for what the lines are called
const TOP = 60;
const BOTTOM = 40;

/** What is drawn, each in a file of its own. */
export const pictures = [
  { what: "share", file: "growth.svg", title: "Sharing a room key with more and more devices", by: "number of devices" },
  { what: "import", file: "growth-import.svg", title: "Importing more and more room keys", by: "number of keys" },
  { what: "open", file: "growth-open.svg", title: "Opening a store with more and more sessions", by: "number of sessions" },
];

/** A line for each engine, place and contestant that was measured: { name, style, points: [[number, ms]] }. */
export function growthLines(engines, what) {
  return engines.flatMap(({ id: engine, title, machines = {} }) => places.flatMap(({ id: place, title: where }) => {
    const measured = growing.filter((operation) => operation.what === what && operation.place === place && machines[operation.id]);
    if (measured.length === 0) return [];
    return ["mudpuppy", "rust"].map((contestant) => ({
      name: `${titles[contestant]}, ${title} ${where}`,
      colour: place === "sealed" ? "#7b3fa0" : colours[engine],
      isRival: contestant !== "mudpuppy",
      points: measured.map(({ id, size }) => [size, median(times(machines[id], contestant))]),
    }));
  }));
}

/** The picture, or undefined if nothing of it was measured. */
export function growthChart({ engines }, { what, title, by } = pictures[0]) {
  const lines = growthLines(engines.filter(({ skipped }) => !skipped), what);
  if (lines.length === 0) return undefined;
  const all = lines.flatMap(({ points }) => points.map(([, y]) => y));
  const sizes = [...new Set(growing.filter((operation) => operation.what === what).map(({ size }) => size))];
  const [low, high] = [Math.floor(Math.log10(Math.min(...all))), Math.ceil(Math.log10(Math.max(...all)))];
  const x = scale(Math.log10(sizes[0]), Math.log10(sizes.at(-1)), LEFT, WIDTH - RIGHT);
  const y = scale(low, Math.max(high, low + 1), HEIGHT - BOTTOM, TOP);
  return picture(WIDTH, HEIGHT, [
    label(12, 24, title, { size: 16, weight: "bold" }),
    label(12, 42, `milliseconds, by ${by}; solid: Mudpuppy; dashed: the Rust SDK`, { fill: GREY }),
    ...grid(low, Math.max(high, low + 1), sizes, x, y),
    ...lines.map((one) => drawn(one, x, y)),
    ...names(lines, y),
  ]);
}

/** Where a value stands, of which the logarithm is between two others. */
const scale = (from, to, start, end) => (value) =>
  Math.round((start + ((Math.log10(value) - from) / (to - from)) * (end - start)) * 10) / 10;

function grid(low, high, sizes, x, y) {
  const levels = Array.from({ length: high - low + 1 }, (_, i) => 10 ** (low + i));
  return [
    ...sizes.flatMap((size) => [
      line(x(size), TOP, HEIGHT - BOTTOM, "#ddd"),
      label(x(size), HEIGHT - BOTTOM + 16, size.toLocaleString("en-GB"), { anchor: "middle", fill: GREY }),
    ]),
    ...levels.flatMap((ms) => [
      `<line x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${y(ms)}" y2="${y(ms)}" stroke="#ddd"/>`,
      label(LEFT - 8, y(ms) + 4, `${ms.toLocaleString("en-GB")} ms`, { anchor: "end", fill: GREY }),
    ]),
  ];
}

function drawn({ colour, isRival, points }, x, y) {
  const path = points.map(([size, ms]) => `${x(size)},${y(ms)}`).join(" ");
  return `<polyline points="${path}" fill="none" stroke="${colour}" stroke-width="2"${isRival ? ' stroke-dasharray="5 4"' : ""}/>`;
}

/** The names at the ends of the lines, moved apart where they would meet. */
function names(lines, y) {
  let last = -Infinity;
  return lines.map((one) => ({ ...one, ms: one.points.at(-1)[1] })).sort((a, b) => b.ms - a.ms).map(({ name, ms, colour }) => {
    last = Math.max(y(ms) + 4, last + 13);
    return label(WIDTH - RIGHT + 8, last, `${name}: ${time(ms)}`, { size: 10, fill: colour });
  });
}
