// Room keys that are exported and imported.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { memoryStore, OlmMachine } from "mudpuppy";
import { Client, makeRoom } from "./machines/client.mjs";
import { Homeserver } from "./machines/homeserver.mjs";
import { makeRoomKey, makeRoomKeys } from "./machines/roomkeys.mjs";

let server;
before(() => {
  server = new Homeserver();
});
after(() => server.close());

let machines = 0;
const open = (options) => OlmMachine.open({ userId: `@m${machines++}:example.org`, deviceId: "A", store: memoryStore(), unsealed: true, ...options });

const all = async (machine) => JSON.parse(await (await machine.exportRoomKeys({ unencrypted: true })).text());
const ids = (keys) => keys.map(({ session_id }) => session_id).sort();

test("a new device reads old messages with a file of the old one", async () => {
  const [alice, bob] = ["@alice:files.org", "@bob:files.org"];
  const a = await Client.open(server, alice, "A");
  const b = await Client.open(server, bob, "B");
  const room = await makeRoom(a, b);
  await a.say(room, [alice, bob], "before");
  await b.sync();
  const file = await b.machine.exportRoomKeys({ passphrase: "let me in", rounds: 1000 });
  assert.match(await file.text(), /^-----BEGIN MEGOLM SESSION DATA-----\n/);

  const late = await Client.open(server, bob, "LATE");
  late.rooms = b.rooms;
  assert.deepEqual(await late.read(room), ["ERR_UNKNOWN_SESSION"]);
  const told = [];
  late.machine.addEventListener("roomKeys", ({ detail }) => told.push(detail.roomId));
  const result = await late.machine.importRoomKeys(file, { passphrase: "let me in" });
  assert.deepEqual(result, { imported: 1, kept: 0, failed: [], total: 1 });
  assert.deepEqual(await late.read(room), ["before"]);
  assert.deepEqual(told, [room]);
  const { trust } = await late.machine.decrypt(room, b.rooms.get(room)[0]);
  assert.deepEqual(trust, { shield: "grey", reason: "unauthenticated" });
  assert.deepEqual(await late.machine.importRoomKeys(file, { passphrase: "let me in" }), { imported: 0, kept: 1, failed: [], total: 1 });
  await Promise.all([a, b, late].map(({ machine }) => machine.close()));
});

test("whatever holds the keys is read", async () => {
  const keys = await makeRoomKeys(300);
  const json = JSON.stringify(keys);
  const source = await open();
  await source.importRoomKeys(keys);
  const file = await source.exportRoomKeys({ passphrase: "é🐟", rounds: 2 });
  const bytes = new Uint8Array(await file.arrayBuffer());
  const plain = [json, new Blob([json]), new TextEncoder().encode(json), new Blob([json]).stream(), keys, new Set(keys), keys.values()];
  const encrypted = [await file.text(), file, bytes, file.stream()];
  for (const [passphrase, sources] of [[undefined, plain], ["é🐟", encrypted]]) {
    for (const source of sources) {
      const machine = await open();
      assert.deepEqual(await machine.importRoomKeys(source, { passphrase }), { imported: 300, kept: 0, failed: [], total: 300 });
      assert.deepEqual(ids(await all(machine)), ids(keys));
      await machine.close();
    }
  }
  await source.close();
});

test("one bad key costs only itself, and is named", async () => {
  const keys = await makeRoomKeys(6);
  const [good, another] = keys;
  const list = [
    good,
    { ...keys[1], session_key: "AAAA" },
    { ...keys[2], algorithm: "m.other" },
    { ...keys[3], session_id: another.session_id },
    null, 7, "text", [], {}, undefined, 1n,
    { ...keys[4], session_key: "x".repeat(70_000) },
    keys[5],
  ];
  const codes = ["ERR_FORMAT", "ERR_ALGORITHM", "ERR_MISMATCHED_KEYS", ...Array(8).fill("ERR_FORMAT")];
  const machine = await open();
  const result = await machine.importRoomKeys(list);
  assert.deepEqual([result.imported, result.kept, result.total], [2, 0, 13]);
  assert.deepEqual(result.failed.map(({ index, code }) => [index, code]), codes.map((code, i) => [i + 1, code]));
  assert.deepEqual([result.failed[0].roomId, result.failed[0].sessionId], [keys[1].room_id, keys[1].session_id]);
  await machine.close();
});

test("a key that begins earlier takes the place of one that begins later, and not the other way round", async () => {
  const later = await makeRoomKey("!room:example.org", 0x1000000);
  const machine = await open();
  assert.equal((await machine.importRoomKeys([later])).imported, 1);
  const other = await makeRoomKey("!room:example.org", 0);
  const unconnected = { ...later, session_key: other.session_key.slice(0, 177) + later.session_key.slice(177) };
  assert.equal((await machine.importRoomKeys([later, unconnected])).kept, 2);
  await machine.close();
});

const vectors = JSON.parse(readFileSync(new URL("../../testdata/vectors/key_export.json", import.meta.url)));
test(`${vectors.cases.length} files of others`, async () => {
  const reasons = { hmac: "ERR_PASSPHRASE" };
  for (const { id, file, passphrase, plaintext, expect, reason } of vectors.cases) {
    const machine = await open();
    const result = await machine.importRoomKeys(file, { passphrase }).catch((error) => error.code);
    // The plaintexts of some are no sessions.
    const isList = plaintext?.trimStart().startsWith("[");
    if (expect !== "ok") assert.equal(result, reasons[reason] ?? "ERR_FORMAT", id);
    else if (isList) assert.equal(result.total, JSON.parse(plaintext).length, id);
    else if (plaintext) assert.equal(result, "ERR_FORMAT", id);
    else assert.equal(typeof result.total, "number", id);
    await machine.close();
  }
});

test("what cannot be a source, or an option, is refused", async () => {
  const machine = await open();
  const code = (promise) => promise.then(() => "nothing", (error) => error.code);
  for (const source of [undefined, null, 7, {}, () => {}, Symbol("x")]) assert.equal(await code(machine.importRoomKeys(source)), "ERR_ARGUMENT", String(source));
  for (const source of ["", "[", "{}", "null", "[{}", "[{}]]", new Blob([]), new Uint8Array()]) assert.equal(await code(machine.importRoomKeys(source)), "ERR_FORMAT", String(source));
  const file = await machine.exportRoomKeys({ passphrase: "x", rounds: 1 });
  assert.equal(await code(machine.importRoomKeys(file)), "ERR_PASSPHRASE");
  assert.equal(await code(machine.importRoomKeys(file, { passphrase: "y" })), "ERR_PASSPHRASE");
  assert.equal(await code(machine.importRoomKeys("[]", { passphrase: "y" })), "ERR_FORMAT");
  assert.equal(await code(machine.importRoomKeys([], { passphrase: "y" })), "ERR_ARGUMENT");
  for (const options of [null, 7, { passphrase: 7 }, { onProgress: 7 }, { signal: {} }]) assert.equal(await code(machine.importRoomKeys("[]", options)), "ERR_ARGUMENT");
  for (const options of [null, undefined, {}, { passphrase: "" }, { passphrase: "x", unencrypted: true }, { passphrase: "x", rounds: 0 }, { passphrase: "x", rounds: 1.5 }, { passphrase: "x", roomId: 7 }]) {
    assert.equal(await code(machine.exportRoomKeys(options)), "ERR_ARGUMENT", JSON.stringify(options));
  }
  assert.equal(await code(machine.exportRoomKeys({ passphrase: "x", rounds: 50_000_001 })), "ERR_ROUNDS");
  await machine.close();
  assert.equal(await code(machine.importRoomKeys("[]")), "ERR_CLOSED");
  assert.equal(await code(machine.exportRoomKeys({ unencrypted: true })), "ERR_CLOSED");
});
