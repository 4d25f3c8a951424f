// A call that answers with a promise clears the part of its goroutine's stack that
// calls use. No call may use more.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { decryptAttachment, encryptAttachment, init, memoryStore, OlmMachine } from "mudpuppy";
import { go, memory, start } from "./inside.mjs";
import { Homeserver } from "./machines/homeserver.mjs";
import { build } from "./program.mjs";

const PAINTED = 120 << 10;
const PAINT = 0xa5;

/** What clearing leaves itself, in bytes that are not zero: where to return to. */
const MARK = 16;

await start({ init, bytes: build("deep-machine") });
const { Client, makeRoom } = await import("./machines/client.mjs");
const server = new Homeserver();
after(() => server.close());

/** The longest run of paint, which is what was not cleared nor used. */
function longestRun() {
  const bytes = memory();
  let best = { address: 0, length: 0 };
  for (let i = bytes.indexOf(PAINT); i >= 0 && i < bytes.length; i = bytes.indexOf(PAINT, i + 1)) {
    const address = i;
    while (bytes[i] === PAINT) i++;
    if (i - address > best.length) best = { address, length: i - address };
  }
  return best;
}

/** Paints the stack of the goroutine that makes the next call, and returns what is left of the paint. */
function paint() {
  go.paint(2 ** 31, 0); // nobody waits for it
  go.resume();
  const run = longestRun();
  assert.ok(run.length > PAINTED / 2 && run.length < PAINTED, `${run.length} bytes are painted`);
  return run;
}

/** How many bytes calls leave beyond what is cleared. (Where one clears in the midst of another, there are zeros.) */
async function beyond(calls) {
  const { address, length } = paint();
  await calls();
  const painted = memory().subarray(address, address + length);
  const left = painted.reduce((n, byte) => n + (byte !== PAINT && byte !== 0), 0);
  painted.fill(0); // lest it is taken for the next one's
  return left;
}

const a = await Client.open(server, "@alice:example.org", "A");
const b = await Client.open(server, "@bob:example.org", "B");
const room = await makeRoom(a, b);
const members = [a.machine.userId, b.machine.userId];
const key = new Uint8Array(32);
const store = memoryStore();

const calls = {
  "to open a machine, and to close it": async () => (await OlmMachine.open({ userId: "@c:example.org", deviceId: "C", store, key })).close(),
  "to open it by a passphrase": async () => (await OlmMachine.open({ userId: "@c:example.org", deviceId: "C", store: memoryStore(), key: { passphrase: "x" } })).close(),
  "cross-signing": async () => {
    await a.machine.setUpCrossSigning(false);
    await a.connection.pump();
    await a.sync();
    await b.sync();
    await a.machine.exportCrossSigningKeys();
  },
  "a message, with its room key": async () => {
    await a.say(room, members, "x".repeat(10_000));
    await b.sync();
    assert.equal((await b.read(room)).at(-1).length, 10_000);
  },
  "another one, and back": async () => {
    await a.say(room, members, "hello");
    await b.sync();
    await b.say(room, members, "hello");
    await a.sync();
    assert.deepEqual((await a.read(room)).slice(-2), ["hello", "hello"]);
  },
  "a file, encrypted and decrypted by Go": async () => {
    Object.defineProperty(crypto, "subtle", { value: undefined, configurable: true });
    const { data, file } = await encryptAttachment(new Uint8Array(300_001));
    assert.equal((await decryptAttachment(data, file)).length, 300_001);
    delete crypto.subtle;
  },
  "a file, encrypted and decrypted by the platform": async () => {
    const { data, file } = await encryptAttachment(new Uint8Array(300_001));
    assert.equal((await decryptAttachment(data, file)).length, 300_001);
  },
  "an error": () => assert.rejects(a.machine.decrypt(room, {})),
};
for (const [name, call] of Object.entries(calls)) {
  test(`T9: ${name}: no more of the stack is used than is cleared`, async () => {
    const bytes = await beyond(call);
    assert.ok(bytes <= MARK, `${bytes} bytes`);
  });
}

test("T9: a call that uses more is noticed", async () => {
  const bytes = await beyond(async () => {
    go.deep(2 ** 31, 0);
    go.resume();
  });
  assert.ok(bytes > 1000, `${bytes} bytes`);
});
