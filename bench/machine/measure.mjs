// Measures the machines of the contestants in one scene, which they play by turns.

import { peers } from "../peers.mjs";
import { contestants } from "./contestants.mjs";
import { Homeserver } from "./homeserver.mjs";
import { scenes } from "./scenes.mjs";

/** Rounds before it counts, after which the engine has compiled what matters. */
const warmUp = (rounds, scene) => (scene === "history" ? 0 : Math.ceil(rounds / 3));

/**
 * Plays a scene so many times with each contestant, in memory or in IndexedDB; that
 * of growth with so many devices as sizes say.
 * Returns the times of each operation, in milliseconds:
 *
 *   { share: { mudpuppy: { samples: [12, 11, 13] }, rust: … }, … }
 */
export async function measureMachine({ scene, isSealed, rounds, sizes }, platform) {
  const olm = await peers.libolm(platform);
  const entrants = [];
  for (const [name, load] of Object.entries(contestants)) {
    const { init, open } = await load();
    await init(platform);
    entrants.push([name, await scenes[scene]({ open, isSealed, olm, server: new Homeserver(olm), sizes })]);
  }
  const result = {};
  const before = warmUp(rounds, scene); // which history takes care of itself
  for (let round = 0; round < before + rounds; round++) {
    for (let turn = 0; turn < entrants.length; turn++) {
      const [name, play] = entrants[(round + turn) % entrants.length];
      const times = await play();
      if (round < before) continue;
      for (const [id, time] of Object.entries(times)) ((((result[id] ??= {})[name] ??= { samples: [] }).samples).push(time));
    }
  }
  return result;
}
