// The client in Node, with its state in memory: takes commands from standard
// input, one in a line, and answers each in a line. It ends when its input does.
// With MUDPUPPY_PEER_LOG=1 it prints what the SDK logs.
import { Console } from "node:console";
import { createInterface } from "node:readline";
import { Writable } from "node:stream";

// Standard output is for answers. The SDK takes hold of the console as soon as it is loaded.
const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
globalThis.console = new Console(process.env.MUDPUPPY_PEER_LOG ? process.stderr : nowhere);
const { answerer } = await import("./answer.mjs");

// The SDK leaves some requests to themselves, which fail when a server is stopped.
process.on("unhandledRejection", (error) => console.error(error));

const answer = answerer(false);
for await (const line of createInterface({ input: process.stdin })) process.stdout.write(`${await answer(line)}\n`);
process.exit(0);
