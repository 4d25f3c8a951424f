// What developers see when Go fails: the cause, and where it was.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Account, PkDecryption, generatePkSigningSeed } from "mudpuppy/olm";
import { start } from "./inside.mjs";
import { build } from "./program.mjs";

test("T17: a development build names the cause of a panic and its stack, and goes on", async () => {
  await start({ bytes: build("faulty", "bridgedebug") });
  for (let i = 0; i < 2; i++) {
    assert.throws(() => new Account(), (error) => {
      assert.equal(error.code, "ERR_INTERNAL");
      assert.match(error.message, /^a secret\n.*main\.panics/s);
      return true;
    });
    assert.deepEqual(generatePkSigningSeed(), new Uint8Array([1, 2, 3]));
  }
  assert.throws(() => new PkDecryption(), { code: "ERR_CRASHED" }); // and so ends, with its timers
});
