// What is freed, or forgotten, is given back.
import assert from "node:assert/strict";
import { test } from "node:test";
import { OutboundGroupSession } from "mudpuppy/olm";
import { go, start } from "./inside.mjs";

await start();

test("free gives the object back", () => {
  const before = go.bridge_objects();
  const session = new OutboundGroupSession();
  assert.equal(go.bridge_objects(), before + 1);
  session.free();
  assert.equal(go.bridge_objects(), before);
});

test("the garbage collector gives back what nobody freed", { skip: typeof gc !== "function" && "needs --expose-gc" }, async () => {
  const before = go.bridge_objects();
  for (let i = 0; i < 100; i++) new OutboundGroupSession();
  assert.ok(go.bridge_objects() > before);
  for (let i = 0; i < 100 && go.bridge_objects() > before; i++) {
    gc();
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  assert.ok(go.bridge_objects() <= before + 1, `${go.bridge_objects() - before} are left`);
});

test("a call that is too long leaves memory as it was", () => {
  const session = new OutboundGroupSession();
  const before = go.mem.buffer.byteLength;
  assert.throws(() => session.encrypt("x".repeat(100e6)), { code: "ERR_SIZE" });
  assert.equal(go.mem.buffer.byteLength, before);
});

test("objects of mudpuppy/libolm are given back, freed or forgotten", { skip: typeof gc !== "function" && "needs --expose-gc" }, async () => {
  const before = go.bridge_objects();
  const sas = new Olm.SAS();
  sas.set_their_key(new Olm.SAS().get_pubkey());
  sas.free();
  for (let i = 0; i < 100; i++) {
    const account = new Olm.Account();
    account.create();
    account.create();
    if (i % 2) account.free();
  }
  for (let i = 0; i < 100 && go.bridge_objects() > before; i++) {
    gc();
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  assert.ok(go.bridge_objects() <= before + 1, `${go.bridge_objects() - before} are left`);
});
