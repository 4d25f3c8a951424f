// How the time to share a room key grows with the number of devices, as a picture:
// both axes are logarithmic, so that what grows in proportion is a straight line.

import { growing, places } from "../machine/operations.mjs";
import { GROWTH } from "../machine/scenes.mjs";
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

/** A line for each engine, place and contestant that was measured: { name, style, points: [[devices, ms]] }. */
export function growthLines(engines) {
  return engines.flatMap(({ id: engine, title, machines = {} }) => places.flatMap(({ id: place, title: where }) => {
    const measured = growing.filter((operation) => operation.place === place && machines[operation.id]);
    if (measured.length === 0) return [];
    return ["mudpuppy", "rust"].map((contestant) => ({
      name: `${titles[contestant]}, ${title} ${where}`,
      colour: place === "sealed" ? "#7b3fa0" : colours[engine],
      isRival: contestant !== "mudpuppy",
      points: measured.map(({ id, name }) => [Number(name.slice("share-".length)), median(times(machines[id], contestant))]),
    }));
  }));
}

/** The picture, or undefined if nothing of it was measured. */
export function growthChart({ engines }) {
  const lines = growthLines(engines.filter(({ skipped }) => !skipped));
  if (lines.length === 0) return undefined;
  const all = lines.flatMap(({ points }) => points.map(([, y]) => y));
  const [low, high] = [Math.floor(Math.log10(Math.min(...all))), Math.ceil(Math.log10(Math.max(...all)))];
  const x = scale(Math.log10(GROWTH[0]), Math.log10(GROWTH.at(-1)), LEFT, WIDTH - RIGHT);
  const y = scale(low, Math.max(high, low + 1), HEIGHT - BOTTOM, TOP);
  return picture(WIDTH, HEIGHT, [
    label(12, 24, "Sharing a room key with more and more devices", { size: 16, weight: "bold" }),
    label(12, 42, "milliseconds, by number of devices; solid: Mudpuppy; dashed: the Rust SDK", { fill: GREY }),
    ...grid(low, Math.max(high, low + 1), x, y),
    ...lines.map((one) => drawn(one, x, y)),
    ...names(lines, y),
  ]);
}

/** Where a value stands, of which the logarithm is between two others. */
const scale = (from, to, start, end) => (value) =>
  Math.round((start + ((Math.log10(value) - from) / (to - from)) * (end - start)) * 10) / 10;

function grid(low, high, x, y) {
  const levels = Array.from({ length: high - low + 1 }, (_, i) => 10 ** (low + i));
  return [
    ...GROWTH.flatMap((size) => [
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
