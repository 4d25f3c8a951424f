// What is freed, or forgotten, is given back.
import assert from "node:assert/strict";
import { test } from "node:test";
import Olm from "mudpuppy/libolm";
import { InboundGroupSession, OutboundGroupSession, PkDecryption, PkSigning, init } from "mudpuppy/olm";
import { catchExports } from "./program.mjs";

const go = await catchExports(init);

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

test("a call that is too long leaves memory as it was", () => {
  const session = new OutboundGroupSession();
  const before = go.mem.buffer.byteLength;
  assert.throws(() => session.encrypt("x".repeat(100e6)), { code: "ERR_SIZE" });
  assert.equal(go.mem.buffer.byteLength, before);
});

/** Whether bytes stand anywhere in Go's memory, be it its heap, its stack or a buffer. */
const inMemory = (bytes) => Buffer.from(go.mem.buffer).includes(bytes);

const draw = () => crypto.getRandomValues(new Uint8Array(32));

test("T9: a private key is in memory until it is freed, and no longer", () => {
  const key = draw();
  const decryption = PkDecryption.fromPrivateKey(key);
  decryption.privateKey().fill(0);
  assert.ok(inMemory(key), "the search does not find what is there");
  decryption.free();
  assert.ok(!inMemory(key));
});

test("T9: a call leaves neither its arguments nor its results behind", () => {
  const session = new OutboundGroupSession();
  const inbound = new InboundGroupSession(session.sessionKey());
  const [plaintext, pickleKey, seed] = [draw(), draw(), draw()];
  const message = session.encrypt(plaintext);
  inbound.decrypt(message);
  const pickle = session.pickle(pickleKey);
  OutboundGroupSession.unpickle(pickle, pickleKey).free();
  assert.throws(() => OutboundGroupSession.unpickle(plaintext, pickleKey));
  new PkSigning(seed).free();
  for (const [name, secret] of Object.entries({ plaintext, pickleKey, seed })) assert.ok(!inMemory(secret), name);
});

test("T9: session keys leave no text behind", () => {
  const session = new OutboundGroupSession();
  const inbound = new InboundGroupSession(session.sessionKey());
  const texts = [session.sessionKey(), inbound.exportAt(0)];
  InboundGroupSession.import(texts[1]).free();
  for (const text of texts) assert.ok(!inMemory(new TextEncoder().encode(text)));
});
