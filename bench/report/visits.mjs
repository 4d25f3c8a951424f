// The table of first visits: what is loaded, and how long it takes.

import { titles } from "../peers.mjs";
import { median, ratios, summarise, times } from "../statistics.mjs";
import { judge } from "../targets.mjs";
import { visits } from "../visit/visits.mjs";
import { ratio, time } from "./numbers.mjs";
import { table } from "./table.mjs";

const contestants = ["mudpuppy", "rust", "login", "chat"];

const spread = ({ median, min, max }) => `${ratio(median)} (${ratio(min)}–${ratio(max)})`;

/** The section, if something of it was measured. */
export function visitSection(engine, measured) {
  const rows = visits.filter(({ id }) => measured[id]);
  if (rows.length === 0) return undefined;
  const [names, some] = [contestants.filter((name) => measured[rows[0].id][0][name]), measured[rows[0].id][0]];
  const [own, rival, ...others] = names;
  const head = ["", titles[own], titles[rival], "ratio", "target", "", ...others.map((name) => titles[name])];
  const kB = (name) => time(some[name].bytes / 1000);
  return `### First visit over a slow line\n\n${table(head, [
    ["Loaded, kB", kB(own), kB(rival), ratio(some[rival].bytes / some[own].bytes), "", "", ...others.map(kB)],
    ...rows.map(({ id, title }) => {
      const { target, met } = judge(engine, id, measured[id]);
      const ms = (name) => time(median(times(measured[id], name)));
      return [`${title}, ms`, ms(own), ms(rival), spread(summarise(ratios(measured[id], own, rival))), `≥ ${target.least}`, met ? "met" : "**missed**", ...others.map(ms)];
    }),
  ])}`;
}
