// What users see when Go fails.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Account, OutboundGroupSession, PkDecryption, generatePkSigningSeed, init } from "mudpuppy/olm";
import { build } from "./program.mjs";

await init({ bytes: build("faulty") });
const works = () => assert.deepEqual(generatePkSigningSeed(), new Uint8Array([1, 2, 3]));
const fails = (code) => (error) => {
  assert.equal(error.code, code);
  assert.doesNotMatch(`${error.message} ${error.stack}`, /a secret/);
  return true;
};

test("T17, T36: a panic is an error that tells no secret, and the program goes on", () => {
  for (let i = 0; i < 3; i++) {
    assert.throws(() => new Account(), fails("ERR_INTERNAL"));
    assert.throws(() => new OutboundGroupSession(), fails("ERR_INTERNAL"));
    works();
  }
});

test("T17: a program that has crashed says so at every call", async (t) => {
  works();
  t.mock.method(console, "log");
  t.mock.method(console, "warn");
  assert.throws(() => new PkDecryption(), fails("ERR_CRASHED"));
  assert.throws(works, fails("ERR_CRASHED"));
  assert.throws(() => new Account(), fails("ERR_CRASHED"));
  await assert.rejects(init(), fails("ERR_CRASHED"));
  assert.equal(console.log.mock.callCount() + console.warn.mock.callCount(), 0);
});
