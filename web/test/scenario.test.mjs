// What is played in every place, in this Node.
import { test } from "node:test";
import { checkSteps } from "./scenario/check.mjs";
import { play } from "./scenario/play.mjs";

test("the scenario", async (t) => checkSteps(t, await play()));
