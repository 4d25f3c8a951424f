// The same for Node, Deno and Bun.
import { parentPort } from "node:worker_threads";
import { isGreeting, serve } from "./hosting/serve.js";
import { full } from "./machine/slot.js";
import { init } from "./mudpuppy.node.js";

parentPort?.on("message", (message: unknown) => {
  if (isGreeting(message)) void serve({ init, hasCrashed: full.hasCrashed }, message);
});
