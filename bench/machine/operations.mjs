// What is measured of the machine: the operations of the scenes, each in memory and
// in IndexedDB, sealed.

import { GROWTH } from "./scenes.mjs";

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
  ...GROWTH.map((size) => ({ scene: "growth", name: `share-${size}`, title: size === 1 ? "1 device" : `${size.toLocaleString("en-GB")} devices` })),
];

/** Where the state of a machine is kept. */
export const places = [
  { id: "memory", title: "in memory" },
  { id: "sealed", title: "in IndexedDB, sealed" },
];

export const machines = places.flatMap(({ id: place }) => all
  .filter(({ needs = place }) => needs === place)
  .map(({ scene, name, title, family = "machine" }) => ({ id: `${family}-${place}-${name}`, title, place, scene, name })));

/** Those of which a ratio to another tells something; the others are for growth. */
export const compared = machines.filter(({ scene }) => scene !== "growth");
export const growing = machines.filter(({ scene }) => scene === "growth");

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
