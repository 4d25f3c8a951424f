// What is freed, or forgotten, is given back.
import assert from "node:assert/strict";
import { test } from "node:test";
import Olm from "mudpuppy/libolm";
import { OutboundGroupSession, PkSigning } from "mudpuppy/olm";
import { expandSeed } from "./derive.mjs";
import { find, signingKeyForms } from "./forms.mjs";
import { go, memory, start } from "./inside.mjs";

await start();

test("free gives the object back", () => {
  const before = go.bridge_objects();
  const session = new OutboundGroupSession();
  assert.equal(go.bridge_objects(), before + 1);
  session.free();
  assert.equal(go.bridge_objects(), before);
});

/** Makes objects, in a function of its own, in whose frame the last of them stays behind. */
function forget(count, seed) {
  for (let i = 0; i < count; i++) new PkSigning(seed);
}

test("T9: the garbage collector gives back, and wipes, what nobody freed", { skip: typeof gc !== "function" && "needs --expose-gc" }, async () => {
  const before = go.bridge_objects();
  const seed = crypto.getRandomValues(new Uint8Array(32));
  const forgotten = { "signing key": signingKeyForms(expandSeed(seed)) };
  forget(100, seed);
  assert.ok(go.bridge_objects() > before);
  assert.deepEqual(find(memory(), forgotten), ["signing key: raw"]);
  for (let i = 0; i < 100 && go.bridge_objects() > before; i++) {
    gc();
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  assert.ok(go.bridge_objects() <= before, `${go.bridge_objects() - before} are left`);
  assert.deepEqual(find(memory(), forgotten), []);
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
