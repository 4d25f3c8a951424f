// What users see when Go fails.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Account, OutboundGroupSession, PkDecryption, PkSigning, Sas, generatePkSigningSeed, init, sasCommitment, sha256 } from "mudpuppy/olm";
import { bytesForms, find } from "./forms.mjs";
import { go, memory, start } from "./inside.mjs";
import { build } from "./program.mjs";

// Which way it crashes at the end: one process crashes once.
const [crash, Crashing] = process.env.CRASH === "trap" ? ["traps", Sas] : ["exits", PkDecryption];

await start({ bytes: build("faulty") });
const works = () => assert.deepEqual(generatePkSigningSeed(), new Uint8Array([1, 2, 3]));
const fails = (code) => (error) => {
  assert.equal(error.code, code);
  assert.doesNotMatch(`${error.message} ${error.stack}`, /a secret|main\./);
  return true;
};
const someBytes = () => crypto.getRandomValues(new Uint8Array(32));
const found = (secret) => find(memory(), { secret: bytesForms(secret) });

test("T17, T36: a panic is an error that tells no secret, and the program goes on", () => {
  for (let i = 0; i < 3; i++) {
    assert.throws(() => new Account(), fails("ERR_INTERNAL"));
    assert.throws(() => new OutboundGroupSession(), fails("ERR_INTERNAL"));
    works();
  }
});

test("T9: a panic leaves neither arguments nor results nor a stack", () => {
  const secret = someBytes();
  assert.throws(() => sasCommitment("key", secret), fails("ERR_INTERNAL"));
  assert.deepEqual(found(secret), []);
  works();
});

test("T9: what a call leaves on its stack is overwritten, even if garbage is collected meanwhile", () => {
  works();
  const stack = go.getsp();
  for (let i = 0; i < 4; i++) {
    const secret = someBytes();
    sha256(secret);
    assert.deepEqual(found(secret), []);
  }
  assert.equal(go.getsp(), stack, "the stack was moved");
});

test(`T17: a program that ${crash} has crashed, and says so at every call for ever`, async (t) => {
  const secret = someBytes();
  const [kept, disposed, forgotten] = [new PkSigning(secret), new PkSigning(secret), new PkSigning(secret)];
  works();
  assert.notDeepEqual(found(secret), []);
  t.mock.method(console, "log");
  t.mock.method(console, "warn");
  t.mock.method(console, "error");

  assert.throws(() => new Crashing(), fails("ERR_CRASHED"));
  for (let i = 0; i < 2; i++) {
    assert.throws(works, fails("ERR_CRASHED"));
    assert.throws(() => new Account(), fails("ERR_CRASHED"));
    assert.throws(() => kept.sign("x"), fails("ERR_CRASHED"));
    await assert.rejects(init(), fails("ERR_CRASHED"));
    await new Promise((resolve) => setTimeout(resolve, 60)); // while Go's timers would ring
  }
  kept.free();
  disposed[Symbol.dispose]();
  assert.throws(() => kept.sign("x"), fails("ERR_FREED"));
  assert.ok(forgotten instanceof PkSigning);
  assert.deepEqual(found(secret), [], "T9: the memory of the program that crashed");
  assert.equal(console.log.mock.callCount() + console.warn.mock.callCount() + console.error.mock.callCount(), 0);
});
