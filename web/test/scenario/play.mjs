// The scenario with the package as its users import it. Every place imports
// this file: what is added here is tested everywhere.
import * as mudpuppy from "mudpuppy";
import Olm from "mudpuppy/libolm";
import * as olm from "mudpuppy/olm";
import { playSteps } from "./steps.mjs";

export const play = (options) => playSteps(olm, Olm, mudpuppy, options);
