// What must be reached: how many times faster than libolm Mudpuppy is, warm. All
// thresholds stand here and nowhere else.

import { ratios, summarise } from "./statistics.mjs";

/** By operation. What is not listed must be no slower than libolm. */
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

/** The engines in which the thresholds hold. In the others nothing may be slower. */
const ambitious = ["node", "chromium"];

/** What an operation must reach in an engine. */
export function threshold(engine, operation) {
  return (ambitious.includes(engine) && thresholds[operation]) || NO_SLOWER;
}

/**
 * Judges an operation in an engine by its runs. The worst run counts, so that
 * no target is met by luck.
 */
export function judge(engine, operation, runs) {
  const ratio = summarise(ratios(runs, "mudpuppy", "libolm"));
  const target = threshold(engine, operation);
  return { engine, operation, target, ratio, met: ratio.min >= target };
}

/** Judges all that was measured: results as in results.json. */
export function judgeAll({ engines }) {
  return engines.flatMap(({ id, operations }) =>
    Object.entries(operations ?? {}).map(([operation, runs]) => judge(id, operation, runs)));
}

/** The last line of the benchmark. */
export function summary(judgements) {
  const missed = judgements.filter(({ met }) => !met);
  const names = missed.map(({ engine, operation }) => `${engine}/${operation}`);
  const counts = `TARGETS: ${judgements.length - missed.length} met, ${missed.length} missed`;
  return missed.length > 0 ? `${counts}: ${names.join(" ")}` : counts;
}

/** Thresholds of operations that do not exist would never be judged. */
export const thresholdIds = Object.keys(thresholds);
