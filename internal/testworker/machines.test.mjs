// Machines in many objects of one isolate, which share the program.
import assert from "node:assert/strict";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { missing, startWorker } from "./worker.mjs";

const OBJECTS = 16;
const ROUNDS = 8;

for (const KIND of ["durable", "d1"]) {
  test(`${OBJECTS} machines at once, each with its own ${KIND} store`, { skip: missing, timeout: 120_000 }, async () => {
    const worker = await startWorker({
      entry: fileURLToPath(new URL("machines/worker.mjs", import.meta.url)),
      durableObjects: { DEVICE: { className: "Device", useSQLite: true } },
      d1Databases: ["DB"],
      bindings: { KIND },
    });
    try {
      const keys = new Map();
      for (let round = 0; round < ROUNDS; round++) {
        await Promise.all(Array.from({ length: OBJECTS }, async (_, i) => {
          const response = await worker.fetch(`/device${i}/${round}`);
          const text = await response.text();
          assert.equal(response.status, 200, text);
          const { userId, curve25519, kept } = JSON.parse(text);
          assert.equal(userId, `@device${i}:test`);
          assert.deepEqual(kept, Array.from({ length: round + 1 }, (_, n) => n + 1));
          assert.equal(curve25519, keys.get(i) ?? curve25519, "the device is another one");
          keys.set(i, curve25519);
        }));
        if (round % 3 === 2) await worker.restart({ kill: true });
      }
      assert.equal(new Set(keys.values()).size, OBJECTS);
      assert.doesNotMatch(worker.log, /different request|hung|Error/, worker.log);
    } finally {
      await worker.remove();
    }
  });
}
