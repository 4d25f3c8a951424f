/**
 * Tells whether a store is right: the suite that Mudpuppy's own stores pass.
 *
 * ```js
 * import { test } from "node:test"; // or from vitest, or jest's
 * import { storeConformance } from "mudpuppy/store-conformance";
 *
 * storeConformance(() => {
 *   const path = newTemporaryFile(); // a new place for each test
 *   return () => new MyStore(path);
 * }, { test });
 * ```
 *
 * It is the twin of Go's package store/storetest, case by case.
 *
 * @module
 */
import type { Store } from "../store/index.js";
import { commitsAtOnce, invalidChanges, largestCommit, randomChanges, sealedRoom } from "./commits.js";
import { claims, claimsAtOnce, newStore, staleOwner } from "./epochs.js";
import { byIndex, byKeys, invalidQueries, movedIndex, pages, pagesMeanwhile } from "./queries.js";
import { confusingTexts, copies, largest, replaceAndDelete, reopened, roundTrip } from "./records.js";
import { Suite } from "./suite.js";

/** Opens a store at a place, each time anew: what one of the stores commits the others load. */
export type Open = () => Store | Promise<Store>;

/** A case of the suite. It throws an error that says what is wrong. */
export interface Case {
  name: string;
  run: () => Promise<void>;
}

export interface Options {
  /** Is given every case, as `test` of node:test, vitest, jest and others is. */
  test?: ((name: string, run: () => Promise<void>) => unknown) | undefined;
  /** Repeats the random changes of a run that failed; its error says the seed. */
  seed?: number | undefined;
}

const cases: [name: string, run: (suite: Suite) => Promise<void>][] = [
  ["a new store is empty", newStore],
  ["claims", claims],
  ["a stale owner changes nothing", staleOwner],
  ["of many claims at once each gets its own epoch", claimsAtOnce],
  ["records come back as they were", roundTrip],
  ["the largest values and keys", largest],
  ["texts that are easily confused", confusingTexts],
  ["replacing and deleting", replaceAndDelete],
  ["what was given and loaded is copied", copies],
  ["the same store opened again", reopened],
  ["queries for keys", byKeys],
  ["queries for an index", byIndex],
  ["indexes follow their records", movedIndex],
  ["pages", pages],
  ["pages while records change", pagesMeanwhile],
  ["invalid changes change nothing", invalidChanges],
  ["invalid queries", invalidQueries],
  ["the largest commit", largestCommit],
  ["room for a sealed store", sealedRoom],
  ["many commits at once", commitsAtOnce],
  ["random changes", randomChanges],
];

/**
 * The cases of the suite, to be run one by one; with `test` in the options they
 * are declared as tests as well. Calls `fresh` for each case, for a place where
 * there is no store yet.
 */
export function storeConformance(fresh: () => Open | Promise<Open>, options: Options = {}): Case[] {
  const seed = options.seed ?? Math.floor(Math.random() * 2 ** 32);
  const all = cases.map(([name, run]) => ({ name, run: async () => withSuite(await fresh(), seed, run) }));
  for (const { name, run } of all) options.test?.(name, run);
  return all;
}

async function withSuite(open: Open, seed: number, run: (suite: Suite) => Promise<void>): Promise<void> {
  const suite = new Suite(open, seed);
  try {
    await run(suite);
  } finally {
    await suite.close();
  }
}
