// The scenario with the package as its users import it. Every place imports
// this file: what is added here is tested everywhere.
import * as mudpuppy from "mudpuppy";
import Olm from "mudpuppy/libolm";
import * as olm from "mudpuppy/olm";
import { playSteps } from "./steps.mjs";

export const play = (options) => playSteps(olm, Olm, mudpuppy, options);

/** Opens a machine in a worker of Mudpuppy's own, where the bundler has found its script, or returns why there is none. */
export async function playHosted() {
  try {
    const options = { userId: "@alice:example.org", deviceId: "HOSTED", store: mudpuppy.memoryStore(), unsealed: true };
    const machine = await mudpuppy.OlmMachine.open({ ...options, worker: true });
    await machine.trackUsers([]);
    await machine.close();
    return "a machine";
  } catch (error) {
    return error.code ?? String(error);
  }
}
