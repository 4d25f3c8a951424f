// T17 at the border: whatever JavaScript passes, it gets a result or a typed
// error, and the program goes on with clean buffers.
import assert from "node:assert/strict";
import { once } from "node:events";
import { test } from "node:test";
import { Worker } from "node:worker_threads";
import * as mudpuppy from "mudpuppy/olm";
import { anything, count, one, random, seed, shared, text32, thrower } from "./hostile-values.mjs";
import { go, memory, start } from "./inside.mjs";

const { Account, InboundGroupSession, MudpuppyError, OutboundGroupSession, PkDecryption, PkEncryption, PkSigning, Sas } = mudpuppy;

const calling = (call) => ({
  type: 0,
  get body() {
    call();
    return mudpuppy.sha256("called back");
  },
});

/** What a caller may pass: anything, and objects in all states. */
const values = [
  ...anything,
  () => calling(() => one(objects).free()), () => calling(thrower), () => calling(() => new Account().free()),
  () => one(objects), () => Object.create(one(objects)), () => new Proxy(one(objects), {}),
  () => freed, () => freed, () => freed, () => freed,
];

let objects = [];
let freed;

function makeObjects() {
  for (const object of objects) object[Symbol.dispose]();
  const out = new OutboundGroupSession();
  const [alice, bob] = [new Account(), new Account()];
  bob.generateOneTimeKeys(1);
  freed = new Sas();
  freed.free();
  objects = [
    alice, bob, alice.createOutboundSession(bob.identityKeys.curve25519, bob.oneTimeKeys()[0].key), out, new InboundGroupSession(out.sessionKey()),
    new PkDecryption(), new PkEncryption(new PkDecryption().publicKey), new PkSigning(new Uint8Array(32)), new Sas(),
  ];
}

/** All that can be called: functions, constructors, static methods, methods and getters, each as a function of `this` and arguments. */
function callables() {
  const list = [];
  const add = (name, call) => list.push([name, call]);
  const { free, [Symbol.dispose]: dispose } = Account.prototype;
  for (const end of [free, dispose]) add("Handle#free", (self) => end.call(self));
  for (const [name, value] of Object.entries(mudpuppy)) {
    if (["init", "isSupported", "MudpuppyError"].includes(name) || typeof value !== "function") continue;
    if (value.prototype === undefined || Object.getPrototypeOf(value) === Function.prototype) {
      add(name, (_, args) => value(...args));
      continue;
    }
    add(`new ${name}`, (_, args) => Reflect.construct(value, args));
    for (const [key, { value: method }] of Object.entries(Object.getOwnPropertyDescriptors(value))) {
      if (typeof method === "function" && key !== "prototype") add(`${name}.${key}`, (self, args) => method.apply(random(2) ? value : self, args));
    }
    for (const [key, { value: method, get }] of Object.entries(Object.getOwnPropertyDescriptors(value.prototype))) {
      if (key !== "constructor") add(`${name}#${key}`, (self, args) => (method ?? get).apply(self, args));
    }
  }
  return list;
}

/** The input buffer of the bridge. */
function input() {
  const layout = new DataView(go.mem.buffer, go.bridge_layout());
  return memory().subarray(layout.getUint32(0, true), layout.getUint32(0, true) + layout.getUint32(4, true));
}

/** Codes that no argument should lead to. */
const notOurs = ["ERR_INTERNAL", "ERR_CRASHED", "ERR_BUSY", "ERR_NOT_READY"];

test(`T17: anything may be passed to anything (seed ${seed}, ${count} calls)`, async () => {
  await start();
  makeObjects();
  const calls = callables();
  assert.ok(calls.length > 70, `only ${calls.length} functions were found`);
  const outcomes = new Map();
  for (let i = 0; i < count; i++) {
    if (i % 100 === 0) makeObjects();
    const [name, call] = calls[i % calls.length];
    const args = Array.from({ length: random(6) }, () => one(values)());
    const self = random(4) ? objects.find((object) => name.startsWith(`${object.constructor.name}#`)) : one(values)();
    try {
      const result = call(self, args);
      if (result instanceof mudpuppy.Account || result?.free) result[Symbol.dispose]();
      outcomes.set("result", (outcomes.get("result") ?? 0) + 1);
    } catch (error) {
      const what = `call ${i} of ${name} with ${args.length} arguments`;
      assert.ok(error instanceof MudpuppyError, `${what} threw ${error?.stack}`);
      assert.ok(!notOurs.includes(error.code), `${what}: ${error.code}`);
      outcomes.set(error.code, (outcomes.get(error.code) ?? 0) + 1);
    }
    assert.ok(input().every((byte) => byte === 0), `call ${i} of ${name} left something in the input`);
  }
  for (const code of ["result", "ERR_ARGUMENT", "ERR_KEY", "ERR_FREED"]) assert.ok(outcomes.has(code), `never ${code}`);

  const out = new OutboundGroupSession();
  const text = new TextDecoder().decode(new InboundGroupSession(out.sessionKey()).decrypt(out.encrypt("still here")).plaintext);
  assert.equal(text, "still here");
});

test("T17: what is far too long leaves memory as it was, wherever it stands", () => {
  makeObjects();
  const long = [
    "x".repeat(100e6), "é".repeat(10e6), new Uint8Array(100e6), shared(10e6),
    { type: 0, body: "x".repeat(100e6) }, { ciphertext: "x".repeat(100e6), mac: "", ephemeral: text32 },
  ];
  let refused = 0;
  for (const [name, call] of callables()) {
    const self = objects.find((object) => name.startsWith(`${object.constructor.name}#`));
    for (const value of long) {
      for (const args of [[value, value, value, value], [text32, value, text32, text32], [new Uint8Array(32), value]]) {
        const before = go.mem.buffer.byteLength;
        try {
          call(self, args)?.free?.();
        } catch (error) {
          assert.ok(error instanceof MudpuppyError, `${name}: ${error.stack}`);
          if (error.code !== "ERR_SIZE") continue;
          assert.ok(go.mem.buffer.byteLength === before, `${name}: memory grew by ${go.mem.buffer.byteLength - before} bytes`);
          refused++;
        }
      }
    }
  }
  assert.ok(refused > 100, `only ${refused} calls were refused for their length`);
});

test("T17: a shared array that another thread lets grow is copied as it was, or refused", async (t) => {
  // The other thread waits until a call is about to begin, and then lets the array grow.
  const LENGTH = 60_000;
  const GROWN = 400_000;
  const trials = 3000;
  const arrays = Array.from({ length: trials }, () => new SharedArrayBuffer(LENGTH, { maxByteLength: GROWN }));
  const turn = new Int32Array(new SharedArrayBuffer(4));
  const source = `
    const { arrays, turn, grown } = require("node:worker_threads").workerData;
    arrays.forEach((array, i) => {
      while (Atomics.load(turn, 0) <= i);
      for (let n = Math.random() * 20000; n > 0; n--);
      array.grow(grown);
      new Uint8Array(array).fill(0x5a);
    });`;
  const worker = new Worker(source, { eval: true, workerData: { arrays, turn, grown: GROWN } });
  t.after(() => worker.terminate());
  await once(worker, "online");
  const key = new Uint8Array(32);
  for (const [i, array] of arrays.entries()) {
    const growing = new Uint8Array(array);
    Atomics.store(turn, 0, i + 1);
    for (let before = true; before; ) {
      before = array.byteLength === LENGTH;
      assert.throws(() => mudpuppy.Account.unpickle(growing, key), (error) => /^ERR_(PICKLE|ARGUMENT)/.test(error.code));
    }
  }
  new mudpuppy.Account().free(); // it is alive and well
});
