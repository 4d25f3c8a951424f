// However many keys are imported and exported, few of them are in memory at a time.
import assert from "node:assert/strict";
import { before, test } from "node:test";
import { init, OlmMachine } from "mudpuppy";
import { go, start } from "./inside.mjs";
import { makeRoomKeys } from "./machines/roomkeys.mjs";
import { storeOfMany } from "./stores/many.mjs";

const MIB = 1 << 20;
const FEW = 10_000; // of which others take 68 MiB
const MANY = process.env.MUDPUPPY_LONG ? 100_000 : 30_000;

before(() => start({ init }));

test(`importing ${FEW} keys, and then up to ${MANY}, takes little memory`, async (t) => {
  // Its records are not in Go's memory, as those of a database are not.
  const options = { userId: "@alice:example.org", deviceId: "A", store: storeOfMany(), key: new Uint8Array(32).fill(7) };
  const machine = await OlmMachine.open(options);
  const sizes = [];
  for (let keys = 0; keys < MANY; keys += FEW) {
    assert.equal((await machine.importRoomKeys(await makeRoomKeys(FEW))).imported, FEW);
    sizes.push(go.mem.buffer.byteLength / MIB);
  }
  const file = await machine.exportRoomKeys({ passphrase: "x", rounds: 1 });
  assert.equal((await machine.importRoomKeys(file, { passphrase: "x" })).kept, MANY);
  sizes.push(go.mem.buffer.byteLength / MIB);
  t.diagnostic(`wasm memory in MiB, for each ${FEW}, and for an export and its import: ${sizes.map((size) => size.toFixed(1)).join(", ")}`);
  assert.ok(sizes[0] <= 34, `${sizes[0]} MiB`);
  assert.ok(sizes.at(-1) <= 2 * sizes[0], `${sizes.at(-1)} MiB`);
  await machine.close();
});
