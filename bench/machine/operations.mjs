// What is measured of the machine: the operations of the scenes, each in memory and
// in IndexedDB, sealed.

import { GROWTH, HISTORY } from "./scenes.mjs";

/** What is drawn as a line: something that is done with more and more of its kind. */
const grown = (scene, what, sizes, of, rest) => sizes.map((size) =>
  ({ scene, what, size, name: `${what}-${size}`, title: `${size.toLocaleString("en-GB")} ${of}${size === 1 ? "" : "s"}`, ...rest }));

const all = [
  { scene: "first", name: "create", title: "New device, with keys to upload" },
  { scene: "first", name: "query", title: "keys/query answer, 200 devices" },
  { scene: "first", name: "claim", title: "keys/claim answer, 200 devices" },
  { scene: "first", name: "share", title: "Share a room key with 200 devices" },
  { scene: "talk", name: "encrypt", title: "Encrypt 1 KiB" },
  { scene: "talk", name: "burst", title: "Encrypt 1 KiB, 64 times in a row" },
  { scene: "talk", name: "decrypt", title: "Decrypt 1 KiB" },
  { scene: "talk", name: "keys", title: "100 room keys from one sender, in one sync" },
  { scene: "reopen", name: "open", title: "Open a store with 10,000 sessions", needs: "sealed" },
  { scene: "transfer", name: "import", title: "Import 10,000 room keys", family: "keys" },
  { scene: "transfer", name: "export", title: "Export 10,000 room keys", family: "keys" },
  ...[["import", "10,000 room keys are imported"], ["backlog", "10,000 room keys come in one sync"]].flatMap(([name, work]) => [
    { scene: "long", name, title: `The same, while somebody writes and reads: ${work}`, family: "long" },
    { scene: "long", name: `${name}-encrypt`, title: "… the longest wait for an encrypt", family: "long" },
    { scene: "long", name: `${name}-decrypt`, title: "… the longest wait for a decrypt", family: "long" },
    { scene: "long", name: `${name}-task`, title: "… the longest standstill of the page", family: "long" },
  ]),
  ...grown("growth", "share", GROWTH, "device"),
  ...grown("history", "import", HISTORY, "key", { family: "history" }),
  ...grown("history", "open", HISTORY, "session", { family: "history", needs: "sealed" }),
];

/** Where the state of a machine is kept. */
export const places = [
  { id: "memory", title: "in memory" },
  { id: "sealed", title: "in IndexedDB, sealed" },
];

export const machines = places.flatMap(({ id: place }) => all
  .filter(({ needs = place }) => needs === place)
  .map(({ needs, family = "machine", ...operation }) => ({ id: `${family}-${place}-${operation.name}`, place, ...operation })));

/** Those of which a ratio to another tells something; the others are for growth. */
export const compared = machines.filter(({ size }) => size === undefined);
export const growing = machines.filter(({ size }) => size !== undefined);

/**
 * Plays all scenes that the chosen operations need in an engine, and returns the
 * times by id.
 */
export async function measureMachines(engine, chosen, rounds) {
  const result = {};
  for (const { id: place } of places.filter(({ id }) => engine.places.includes(id))) {
    const here = chosen.filter((operation) => operation.place === place);
    for (const scene of new Set(here.map(({ scene }) => scene))) {
      if (!rounds[scene]) continue;
      const times = await engine.measureMachine({ kind: "machine", scene, isSealed: place === "sealed", rounds: rounds[scene] });
      for (const { id, name } of here.filter((operation) => operation.scene === scene)) result[id] = times[name];
    }
  }
  return result;
}
