// The few statistics that the report needs. Medians, because a busy machine
// makes some windows far too long and none too short.

export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** The middle and the ends of one value a run. */
export function summarise(values) {
  return { median: median(values), min: Math.min(...values), max: Math.max(...values) };
}

/**
 * What a contestant's time was in each run: the median of its windows.
 * A run is what measure.mjs returned for one operation.
 */
export const times = (runs, name) => runs.map((run) => median(run[name].samples));

/** How many times faster one contestant was than another, in each run. */
export function ratios(runs, name, against) {
  const own = times(runs, name);
  return times(runs, against).map((time, i) => time / own[i]);
}
