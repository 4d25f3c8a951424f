// A reporter for node --test that ends with a line for every place where the
// package was tested: ran, with a count, or skipped, with the reason. A place is
// a suite named "in …"; all other tests ran in this Node.
//
// The lines are also added to the file that MUDPUPPY_PLACES names, if it does.
import { appendFileSync } from "node:fs";

const HERE = `node ${process.version.slice(1)}`;

export default async function* places(events) {
  const tallies = new Map([[HERE, { ran: 0, failed: 0 }]]);
  let recent = { ran: 0, failed: 0 }; // since the last event of a file as a whole, or of a suite
  let depth = 0;

  for await (const { type, data } of events) {
    if (type !== "test:pass" && type !== "test:fail") continue;
    const failed = type === "test:fail";
    const isLeaf = data.nesting >= depth; // else what is within came just before
    const isSuite = data.details?.type === "suite";
    depth = data.nesting;
    if (isLeaf && !isSuite && data.skip === undefined) {
      recent.ran++;
      recent.failed += failed;
    }
    if (data.nesting > 0) continue;

    const place = isSuite && /^in (.+)/.exec(data.name)?.[1];
    const tally = tallies.get(place || HERE) ?? { ran: 0, failed: 0, skipped: place && data.skip };
    tally.ran += recent.ran;
    tally.failed += recent.failed || failed; // a suite can also fail by itself
    tallies.set(place || HERE, tally);
    recent = { ran: 0, failed: 0 };
  }

  if (tallies.get(HERE).ran === 0) tallies.delete(HERE);
  const lines = [...tallies].map(([place, tally]) => `places: ${place} ${verdict(tally)}\n`).join("");
  if (process.env.MUDPUPPY_PLACES) appendFileSync(process.env.MUDPUPPY_PLACES, lines);
  yield `\n${lines}`;
}

function verdict({ ran, failed, skipped }) {
  if (skipped !== undefined && skipped !== false) return `skipped: ${skipped}`;
  const count = `ran ${ran} ${ran === 1 ? "test" : "tests"}`;
  return failed > 0 ? `${count}, ${failed} FAILED` : count;
}
