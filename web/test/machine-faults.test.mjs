// What users of machines see when Go fails.
import assert from "node:assert/strict";
import { test } from "node:test";
import { init, memoryStore, OlmMachine } from "mudpuppy";
import { Account } from "mudpuppy/olm";
import { go, start } from "./inside.mjs";
import { build } from "./program.mjs";

await start({ init, bytes: build("faulty-machine") });

const open = () => OlmMachine.open({ userId: "@a:b", deviceId: "D", store: memoryStore(), unsealed: true });
const fails = (code) => (error) => {
  assert.equal(error.code, code);
  assert.doesNotMatch(`${error.message} ${error.stack}`, /a secret/);
  return true;
};

test("T17, T36: an error that nobody knows tells no secret", async () => {
  const machine = await open();
  for (let i = 0; i < 3; i++) await assert.rejects(machine.discardRoomKey("!room:b"), fails("ERR_INTERNAL"));
  machine.free();
});

test("T17, T36: a panic ends what waits for the same machine, and nothing else", async () => {
  const [machine, other] = [await open(), await open()];
  const waiting = machine.outgoingRequests();
  await assert.rejects(machine.trackUsers(["@x:y"]), fails("ERR_INTERNAL"));
  await assert.rejects(waiting, fails("ERR_FAULT"));
  await assert.rejects(machine.discardRoomKey("!room:b"), fails("ERR_FAULT"));
  assert.equal(go.faults(), 1);
  await assert.rejects(other.discardRoomKey("!room:b"), fails("ERR_INTERNAL"));
  machine.free();
  machine.free();
  await assert.rejects(machine.trackUsers([]), fails("ERR_CLOSED"));
  (await open()).free();
});

test("T17: a program that ends says so to all who wait, and at every call for ever", async () => {
  const [machine, other] = [await open(), await open()];
  const waiting = other.outgoingRequests();
  await assert.rejects(machine.crossSigningStatus(), fails("ERR_CRASHED"));
  await assert.rejects(waiting, fails("ERR_CRASHED"));
  await assert.rejects(other.trackUsers([]), fails("ERR_CRASHED"));
  await assert.rejects(open(), fails("ERR_CRASHED"));
  await assert.rejects(init(), fails("ERR_CRASHED"));
  assert.throws(() => new Account(), fails("ERR_CRASHED")); // which the same program served
  machine.free();
  await new Promise((resolve) => setTimeout(resolve, 10));
  assert.ok(new Uint8Array(go.mem.buffer).every((byte) => byte === 0), "its memory was not overwritten");
});
