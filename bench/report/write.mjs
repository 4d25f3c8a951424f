// Writes the results, for people and for programs.

import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { chart } from "./chart.mjs";
import { growthChart, pictures } from "./growth.mjs";
import { markdown } from "./markdown.mjs";

/** Writes results.json, the pictures, and RESULTS.md, which ends with what stands in NOTES.md. */
export async function write(folder, results) {
  const notes = await readFile(new URL("../NOTES.md", import.meta.url), "utf8");
  await writeFile(join(folder, "results.json"), json(results));
  await writeFile(join(folder, "results.svg"), chart(results));
  for (const picture of pictures) {
    const growth = growthChart(results, picture);
    if (growth) await writeFile(join(folder, picture.file), growth);
  }
  await writeFile(join(folder, "RESULTS.md"), `${markdown(results)}\n${notes}`);
}

/** JSON with a line for each list of numbers, which are rounded to what they are good for. */
function json(results) {
  const round = (_, value) => (Number.isInteger(value) || typeof value !== "number" ? value : Number(value.toPrecision(4)));
  const spread = JSON.stringify(results, round, 1);
  return `${spread.replace(/\[[\d\s.,e+-]*\]/g, (list) => list.replace(/\s+/g, ""))}\n`;
}
