// The scenario in a process of Node, Deno or Bun, which prints the outcome.
import { play } from "./play.mjs";

console.log(JSON.stringify(await play()));
