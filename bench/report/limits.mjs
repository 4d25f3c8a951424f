// Tables of what may take no more than so long: calls across the bridge,
// loading, and the store.

import { stores, titles as storeTitles } from "../indexeddb/stores.mjs";
import { loads, titles } from "../peers.mjs";
import { median, ratios, summarise, times } from "../statistics.mjs";
import { judge } from "../targets.mjs";
import { factor, time } from "./numbers.mjs";
import { table } from "./table.mjs";

const spread = ({ median, min, max }, show) => `${show(median)} (${show(min)}–${show(max)})`;

const nanoseconds = (microseconds) => time(1000 * microseconds);

/** The target and whether it was met, as two cells. */
const verdict = (limit, met) => [`≤ ${limit}`, met ? "met" : "**missed**"];

/** The operations of the bridge, in nanoseconds. */
export function bridgeTable(engine, operations, measured) {
  const head = ["", "ns", titles.probe, "ratio", "target", ""];
  return table(head, operations.map(({ id, title, contestants }) => {
    const runs = measured[id];
    const judgement = judge(engine, id, runs);
    const [name] = Object.keys(contestants);
    const own = spread(summarise(times(runs, name)), nanoseconds);
    if (!contestants.mudpuppy) { // measured by the probe alone
      return [title, own, "", "", ...(judgement ? verdict(`${1000 * judgement.target.most} ns`, judgement.met) : ["", ""])];
    }
    const within = nanoseconds(median(times(runs, "probe")));
    return [title, own, within, ...(judgement ? against(judgement) : ["", "", ""])];
  }));
}

/** How often a peer's time was taken, the target and whether it was met. */
const against = ({ reached, target, met }) => [spread(reached, factor), ...verdict(target.most, met)];

/** Loads, in milliseconds. */
export function loadTable(engine, measured) {
  const rivals = ["libolm", "rust"];
  const head = ["", ...["mudpuppy", ...rivals].map((name) => `${titles[name]}, ms`), "ratio to the Rust SDK", "target", ""];
  return table(head, loads.filter(({ id }) => measured[id]).map(({ id, title }) => {
    const judgement = judge(engine, id, measured[id]);
    const cells = ["mudpuppy", ...rivals].map((name) => spread(summarise(measured[id].flatMap((run) => run[name].samples)), time));
    return [title, ...cells, ...(judgement ? against(judgement) : ["", "", ""])];
  }));
}

/** What the store does, in milliseconds, and what it is measured beside. */
export function storeTable(engine, measured) {
  const head = ["", "ms", "ratio", "target", "", "beside, ms"];
  return table(head, stores.filter(({ id }) => measured[id]).map(({ id, title, beside }) => {
    const runs = measured[id];
    const judgement = judge(engine, id, runs);
    const own = time(median(times(runs, "mudpuppy")));
    const other = `${storeTitles[beside]}: ${time(median(times(runs, beside)))}`;
    const ratio = spread(summarise(ratios(runs, beside, "mudpuppy")), factor);
    return [title, own, ...(judgement ? against(judgement) : [ratio, "", ""]), other];
  }));
}
