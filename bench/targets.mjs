// What must be reached: how many times faster than libolm Mudpuppy is, warm, and
// its machine and its files than those of the Rust SDK; and what the bridge, loading and the store
// may cost. All thresholds stand here and
// nowhere else.

import { ratios, summarise, times } from "./statistics.mjs";

/** How many times faster than libolm. What is not listed must be no slower. */
const thresholds = {
  x25519: 2,
  "x25519-key": 5,
  "ed25519-key": 1.4,
  sign: 1.4,
  verify: 1.1,
  "sha256-1k": 2.2,
  "one-time-keys": 5.5,
  "account-create": 3,
  "olm-outbound": 2.5,
  "olm-inbound": 2,
  "olm-encrypt-100": 1.2,
  "olm-decrypt-100": 1.2,
  "olm-ping-pong": 2.7,
  "megolm-encrypt-100": 1.2,
  "megolm-encrypt-1k": 1.2,
  "megolm-decrypt-100": 1.15,
  "megolm-decrypt-1k": 1.35,
  "megolm-decrypt-32k": 1.5,
  "megolm-decrypt-far": 2,
  pickle: 1.5,
  unpickle: 1.5,
};

const NO_SLOWER = 1;

/** The most that an operation of the bridge may take: microseconds, or so many times what it takes within Go. */
const bridge = {
  "bridge-empty": { most: 0.05 },
  "bridge-echo": { most: 0.5 },
  "bridge-megolm": { most: 1.1, against: "probe" },
};

/** The longest that loading may take: so many times what the peer takes. */
const loads = {
  "load-cold": { most: 1, against: "rust" },
};

/** The most that the store may take: so many times what it is measured beside. */
const stores = {
  "store-1": { most: 2, against: "floor" },
  "store-200": { most: 1.4, against: "floor" },
  "store-10000": { most: 1.3, against: "floor" },
  "store-group": { most: 1.5, against: "together" },
  "store-sealed-1": { most: 1.25, against: "unsealed" },
  "store-sealed-200": { most: 1.25, against: "unsealed" },
  "store-sealed-10000": { most: 1.25, against: "unsealed" },
  "store-open": { most: 2, against: "raw" },
  "store-open-many": { most: 1.5, against: "ten" },
};

/** How many times faster than the Rust SDK's a machine is. */
const machines = {
  "machine-memory-create": NO_SLOWER,
  "machine-memory-query": NO_SLOWER,
  "machine-memory-claim": 1.2,
  "machine-memory-share": 1.5,
  "machine-memory-encrypt": NO_SLOWER,
  "machine-memory-decrypt": NO_SLOWER,
  "machine-memory-keys": NO_SLOWER,
  "machine-sealed-query": 4,
  "machine-sealed-claim": 2.5,
  "machine-sealed-share": 4,
  "machine-sealed-encrypt": 4,
  "machine-sealed-decrypt": 3,
  "machine-sealed-keys": 3,
  "machine-sealed-open": NO_SLOWER,
  "keys-memory-import": 1.2,
  "keys-memory-export": 3,
  "keys-sealed-import": 4,
  "keys-sealed-export": 3,
};

/** How many times faster than the Rust SDK it takes a visitor to the first message. */
const visits = {
  "visit-fast-4g": NO_SLOWER,
  "visit-slow-4g": NO_SLOWER,
};

/** How many times faster than the Rust SDK files are encrypted and decrypted. */
const attachments = {
  "attachment-encrypt-1m": 2,
  "attachment-decrypt-1m": 2,
};

/** What may take no longer than this. */
const limits = { ...bridge, ...loads, ...stores };

/** The engines in which the thresholds hold. In the others nothing may be slower than libolm. */
const ambitious = ["node", "chromium"];

/**
 * What must be reached in an engine by an operation, if anything: { least,
 * against } asks for so many times the speed of a peer, { most, against } for
 * no more than so many times its time, and { most } for a time.
 */
export function target(engine, operation) {
  if (/^(machine|keys|long|history)-/.test(operation)) return operation in machines ? { least: machines[operation], against: "rust" } : undefined;
  if (operation.startsWith("visit-")) return { least: visits[operation], against: "rust" };
  if (operation.startsWith("attachment-")) {
    const least = ambitious.includes(engine) && attachments[operation];
    return least ? { least, against: "rust" } : undefined;
  }
  if (/^(bridge|load|store)-/.test(operation)) return ambitious.includes(engine) ? limits[operation] : undefined;
  return { least: (ambitious.includes(engine) && thresholds[operation]) || NO_SLOWER, against: "libolm" };
}

/** What was reached in each run, in the terms of a target. */
function reached(runs, { least, against }) {
  if (!against) return times(runs, Object.keys(runs[0])[0]);
  return least ? ratios(runs, "mudpuppy", against) : ratios(runs, against, "mudpuppy");
}

/**
 * Judges an operation in an engine by its runs; undefined if there is no target.
 * The worst run counts, so that no target is met by luck.
 */
export function judge(engine, operation, runs) {
  const wanted = target(engine, operation);
  if (!wanted) return undefined;
  const summary = summarise(reached(runs, wanted));
  const met = wanted.least ? summary.min >= wanted.least : summary.max <= wanted.most;
  return { engine, operation, target: wanted, reached: summary, met };
}

/** Judges all that was measured: results as in results.json. */
export function judgeAll({ engines }) {
  return engines.flatMap(({ id, operations, loads, stores, machines, visits }) =>
    Object.entries({ ...operations, ...loads, ...stores, ...machines, ...visits }).map(([operation, runs]) => judge(id, operation, runs)).filter(Boolean));
}

/** The last line of the benchmark. */
export function summary(judgements) {
  const missed = judgements.filter(({ met }) => !met);
  const names = missed.map(({ engine, operation }) => `${engine}/${operation}`);
  const counts = `TARGETS: ${judgements.length - missed.length} met, ${missed.length} missed`;
  return missed.length > 0 ? `${counts}: ${names.join(" ")}` : counts;
}

/** Thresholds of operations that do not exist would never be judged. */
export const thresholdIds = Object.keys({ ...thresholds, ...limits, ...machines, ...visits, ...attachments });
