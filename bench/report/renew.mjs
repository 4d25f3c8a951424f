// Part of what was measured, measured anew, takes its place among the rest.

const families = ["operations", "cold", "loads", "stores", "machines", "visits"];

/** Puts results of some operations into those of all, and notes which they are (an expression), and of when. */
export function renew(all, { date, versions, plan, engines }, which) {
  const measured = engines.filter(({ skipped }) => !skipped);
  for (const engine of measured) {
    const old = all.engines.find(({ id }) => id === engine.id);
    if (!old) throw new Error(`bench-peers: nothing was measured in ${engine.title} that could be renewed`);
    for (const family of families) old[family] = { ...old[family], ...engine[family] };
  }
  const note = { which, date, mudpuppy: versions.mudpuppy, runs: plan.runs, engines: measured.map(({ version }) => version) };
  return { ...all, renewed: [...(all.renewed ?? []).filter((other) => other.which !== which), note] };
}
