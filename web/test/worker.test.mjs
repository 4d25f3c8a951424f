// Machines in workers: what can go wrong only there. All else is in machine.test.mjs.
// Here nothing loads the program: it runs in the workers alone.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { Worker } from "node:worker_threads";
import * as mudpuppy from "mudpuppy";
import { memoryStore, OlmMachine, verifyStore } from "mudpuppy";
import { playAttachments } from "./attachments/suite.mjs";
import { makeRoomKeys } from "./machines/roomkeys.mjs";
import { build } from "./program.mjs";

const device = { userId: "@alice:example.org", deviceId: "WORKER", unsealed: true };
const script = new URL("node_modules/mudpuppy/dist/mudpuppy.worker.node.js", import.meta.url);
const open = (options) => OlmMachine.open({ ...device, store: memoryStore(), worker: true, ...options });

test("the program is not loaded here", async () => {
  const machine = await open();
  assert.ok(machine instanceof OlmMachine);
  await machine.trackUsers(["@bob:example.org"]);
  await assert.rejects(OlmMachine.open({ ...device, store: memoryStore() }), { code: "ERR_NOT_READY" });
  await machine.close();
  await machine.close();
  await assert.rejects(machine.trackUsers([]), { code: "ERR_CLOSED" });
});

test("arguments are checked here, as ever", async () => {
  const machine = await open();
  await assert.rejects(machine.trackUsers(5), { code: "ERR_ARGUMENT", message: /users/ });
  await assert.rejects(machine.encrypt("!r:b", "t", { toJSON: () => undefined }), { code: "ERR_ARGUMENT", message: /content/ });
  await machine.trackUsers(new Set(["@bob:example.org"]));
  await machine.close();
});

test("what cannot be in a worker is refused", async () => {
  await assert.rejects(open({ store: { load() {}, commit() {} } }), { code: "ERR_ARGUMENT", message: /store/ });
  await assert.rejects(open({ clock: Date.now }), { code: "ERR_ARGUMENT", message: /clock/ });
  await assert.rejects(open({ worker: 5 }), { code: "ERR_ARGUMENT", message: /worker/ });
  await assert.rejects(verifyStore({ store: {}, key: new Uint8Array(32), worker: true }), { code: "ERR_ARGUMENT" });
});

test("room keys are exported and imported there", async () => {
  const [machine, other] = [await open(), await open()];
  const keys = await makeRoomKeys(30);
  assert.equal((await machine.importRoomKeys(keys)).imported, 30);
  const file = await machine.exportRoomKeys({ passphrase: "x", rounds: 10 });
  await assert.rejects(other.importRoomKeys(file, { passphrase: "y" }), { code: "ERR_PASSPHRASE" });
  const { imported, failed } = await other.importRoomKeys(file, { passphrase: "x" });
  assert.deepEqual([imported, failed], [30, []]);
  // A file that another tab has opened, which had the machine before.
  await assert.rejects(other._importKeyFile(12345, new Uint8Array(2), true), { code: "ERR_INTERRUPTED" });
  await assert.rejects(other._verifyKeyFile(12345, new Uint8Array(2), true), { code: "ERR_INTERRUPTED" });
  await assert.rejects(other._exportToKeyFile(12345, "", ""), { code: "ERR_INTERRUPTED" });
  await Promise.all([machine.close(), other.close()]);
});

test("T35: files are encrypted and decrypted there", async (t) => {
  const { cases } = JSON.parse(readFileSync(new URL("../../testdata/vectors/attachments.json", import.meta.url), "utf8"));
  const there = { ...mudpuppy };
  for (const name of ["encryptAttachment", "encryptAttachmentStream"]) there[name] = (source, options) => mudpuppy[name](source, { ...options, worker: true });
  there.decryptAttachment = (source, file, options) => mudpuppy.decryptAttachment(source, file, { ...options, worker: true });
  const results = await playAttachments(there, cases);
  assert.ok(results.length > 20);
  for (const { name, error } of results) await t.test(name, () => assert.equal(error, undefined));
  await assert.rejects(mudpuppy.encryptAttachment(new Uint8Array(1)), { code: "ERR_NOT_READY" });
  await assert.rejects(mudpuppy.encryptAttachment(new Uint8Array(1), { worker: 1 }), { code: "ERR_ARGUMENT", message: /worker/ });
});

test("a worker that ends takes its files with it", async () => {
  const worker = new Worker(script);
  const { data, file } = mudpuppy.encryptAttachmentStream(new Uint8Array(40 << 20), { worker });
  const reader = data.getReader();
  await reader.read();
  worker.terminate();
  await assert.rejects(async () => {
    while (!(await reader.read()).done);
  }, { code: "ERR_WORKER" });
  await assert.rejects(file, { code: "ERR_WORKER" });
});

test("the key of the caller is left as it is", async () => {
  const key = new Uint8Array(32).fill(9);
  const machine = await open({ unsealed: false, key });
  assert.deepEqual(key, new Uint8Array(32).fill(9));
  await machine.close();
});

for (const [how, make] of [
  ["a worker of the application", () => new Worker(script)],
  ["its address", () => script],
  ["its address as a text", () => script.href],
  ["a function that makes one", () => () => new Worker(script)],
]) {
  test(`the worker is ${how}`, async () => {
    const machine = await open({ worker: make() });
    await machine.trackUsers([]);
    await machine.close();
  });
}

test("what fails to start is said", async () => {
  await assert.rejects(open({ worker: new URL("nowhere.mjs", import.meta.url) }), { code: "ERR_WORKER" });
  await assert.rejects(open({ worker: () => { throw new Error("forbidden"); } }), { code: "ERR_WORKER" });
  await assert.rejects(open({ worker: () => new Worker(script), init: { bytes: new Uint8Array(8) } }), { code: "ERR_NOT_WASM" });
  const controller = new AbortController();
  const mute = open({ worker: () => new Worker("setInterval(() => {}, 1000)", { eval: true }), signal: controller.signal });
  controller.abort();
  await assert.rejects(mute, { code: "ERR_ABORTED" });
});

test("the end of the worker is told to all who wait, and at every call", async () => {
  const worker = new Worker(script);
  const machine = await open({ worker });
  const roles = [];
  machine.addEventListener("role", ({ detail }) => roles.push(detail.role));
  // The first may have been answered before the worker ends, and the last cannot.
  const calls = Array.from({ length: 2000 }, () => machine.outgoingRequests());
  worker.terminate();
  const outcomes = await Promise.allSettled(calls);
  assert.equal(outcomes.at(-1).status, "rejected");
  for (const { status, reason } of outcomes) assert.ok(status === "fulfilled" || reason.code === "ERR_WORKER", reason);
  assert.deepEqual(roles, ["ended"]);
  await assert.rejects(machine.trackUsers([]), { code: "ERR_WORKER" });
  machine.free();
});

test("T17: of a program that crashes only its worker ends, and the next one lives", async () => {
  const worker = () => new Worker(script);
  const machine = await open({ worker, init: { bytes: build("faulty-machine") } });
  const ended = new Promise((resolve) => machine.addEventListener("role", ({ detail }) => resolve(detail.role)));
  const crashed = assert.rejects(machine.crossSigningStatus(), { code: "ERR_CRASHED" });
  await assert.rejects(machine.outgoingRequests(), { code: "ERR_CRASHED" });
  await crashed;
  const stay = setInterval(() => {}, 1000); // Node waits for calls, and for no events
  assert.equal(await ended, "ended");
  clearInterval(stay);
  await assert.rejects(machine.outgoingRequests(), { code: "ERR_WORKER" });
  const next = await open({ worker });
  await next.outgoingRequests();
  await next.close();
});
