// Who encrypts all day does not fill the memory.
import assert from "node:assert/strict";
import { test } from "node:test";
import { OutboundGroupSession } from "mudpuppy/olm";
import { go, start } from "./inside.mjs";

const MIB = 1 << 20;

// At first the heap grows to where the garbage collector keeps it.
const from = 100_000;
const to = process.env.MUDPUPPY_LONG ? 1_000_000 : 200_000;

const options = { skip: typeof gc !== "function" && "needs --expose-gc" };

async function used() {
  for (let i = 0; i < 3; i++) {
    gc();
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return { wasm: go.mem.buffer.byteLength, js: process.memoryUsage().heapUsed };
}

test(`memory does not grow between encrypt ${from} and ${to}`, options, async (t) => {
  await start();
  const session = new OutboundGroupSession();
  const message = "a message of some length, as people write them in rooms: ".padEnd(100, "-");
  const encrypt = (until) => {
    while (session.messageIndex < until) session.encrypt(message);
  };
  encrypt(from);
  const before = await used();
  encrypt(to);
  const after = await used();
  const grown = { wasm: after.wasm - before.wasm, js: after.js - before.js };
  t.diagnostic(`grown by ${grown.wasm} bytes of wasm and ${grown.js} of JavaScript`);
  assert.ok(grown.wasm + grown.js < MIB, `grown by ${grown.wasm} + ${grown.js} bytes`);
});
