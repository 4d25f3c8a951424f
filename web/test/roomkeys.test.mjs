// Room keys that are exported and imported.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { memoryStore, OlmMachine } from "mudpuppy";
import { Client, makeRoom } from "./machines/client.mjs";
import { Homeserver } from "./machines/homeserver.mjs";
import { makeRoomKey, makeRoomKeys } from "./machines/roomkeys.mjs";
import { memoryStore as storeOfReadme } from "./stores/readme.mjs";

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

test("a text is read in pieces that cut no character", async () => {
  const key = await makeRoomKey("!🐟🐟🐟:example.org");
  const json = JSON.stringify(key);
  // However long a piece is, one ends between the halves of the second fish, or beside them.
  for (const length of [1 << 16, 1 << 17, 1 << 18, 1 << 19]) {
    for (const beside of [-1, 0, 1]) {
      const before = length - json.indexOf("🐟🐟🐟") - 3 + beside;
      const text = `${" ".repeat(before - 1)}[${json}]`;
      assert.equal(text.charCodeAt(length + beside), 0xdc1f);
      const machine = await open();
      await machine.importRoomKeys(text);
      assert.equal((await all(machine))[0].room_id, key.room_id);
      await machine.close();
    }
  }
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

/** A store of which a commit fails: the one after so many more. */
class Failing {
  after = Infinity;
  #store;

  constructor(store) {
    this.#store = store;
  }

  load(query) {
    return this.#store.load(query);
  }

  commit(epoch, changes) {
    if (this.after-- === 0) throw new DOMException("the disk is full", "QuotaExceededError");
    return this.#store.commit(epoch, changes);
  }
}

test("T37: the store fails in the middle: the import ends, and brings the rest when it is made again", async () => {
  const keys = await makeRoomKeys(1000);
  for (const after of [0, 1, 3]) {
    const store = new Failing(storeOfReadme());
    const machine = await open({ store });
    store.after = after;
    await assert.rejects(machine.importRoomKeys(keys), { code: "ERR_STORE_FAILED" });
    const { imported, kept, failed } = await machine.importRoomKeys(keys);
    assert.deepEqual([imported + kept, failed], [1000, []]);
    assert.ok(imported > 0, "nothing was left to import");
    assert.deepEqual(ids(await all(machine)), ids(keys));
    await machine.close();
  }
});

test("an import that is aborted leaves what it has, and says how far it had come", async () => {
  const keys = await makeRoomKeys(1000);
  for (const passphrase of [undefined, "x"]) {
    const source = await open();
    await source.importRoomKeys(keys);
    const file = await source.exportRoomKeys(passphrase ? { passphrase, rounds: 1 } : { unencrypted: true });
    const machine = await open();
    const controller = new AbortController();
    const progress = [];
    const onProgress = (now) => {
      progress.push(now);
      if (now.keys > 0) controller.abort(new Error("enough"));
    };
    await assert.rejects(machine.importRoomKeys(file, { passphrase, onProgress, signal: controller.signal }), { code: "ERR_ABORTED", retryable: true });
    const there = (await all(machine)).length;
    assert.ok(there >= progress.at(-1).keys && there < 1000, `${there} keys`);
    assert.ok(progress.at(-1).done < progress.at(-1).total && progress.at(-1).total === file.size);
    const result = await machine.importRoomKeys(file, { passphrase });
    assert.deepEqual([result.kept, result.imported], [there, 1000 - there]);
    await assert.rejects(machine.importRoomKeys(file, { passphrase, signal: AbortSignal.abort() }), { code: "ERR_ABORTED" });
    await assert.rejects(machine.exportRoomKeys({ unencrypted: true, signal: AbortSignal.abort() }), { code: "ERR_ABORTED" });
    await Promise.all([machine.close(), source.close()]);
  }
});

test("an onProgress that throws is logged, and stops nothing", async () => {
  const lines = [];
  const machine = await open({ logger: { error: (line) => lines.push(line) } });
  const onProgress = () => {
    throw new Error("no");
  };
  assert.equal((await machine.importRoomKeys(await makeRoomKeys(3), { onProgress })).imported, 3);
  await machine.exportRoomKeys({ unencrypted: true, onProgress });
  assert.deepEqual(lines, Array(2).fill("onProgress has thrown: Error: no"));
  await machine.close();
});

test("the keys of one room are exported, and an export of none is read", async () => {
  const keys = await makeRoomKeys(20, 4);
  const machine = await open();
  await machine.importRoomKeys(keys);
  const [{ room_id: roomId }] = keys;
  const some = JSON.parse(await (await machine.exportRoomKeys({ unencrypted: true, roomId })).text());
  assert.deepEqual(ids(some), ids(keys.filter(({ room_id }) => room_id === roomId)));
  for (const options of [{ unencrypted: true }, { passphrase: "x", rounds: 1 }]) {
    const none = await machine.exportRoomKeys({ ...options, roomId: "!none:example.org" });
    assert.deepEqual(await machine.importRoomKeys(none, { passphrase: options.passphrase }), { imported: 0, kept: 0, failed: [], total: 0 });
  }
  await machine.close();
});

test("who writes and reads during an import waits for a slice at most", async () => {
  const keys = await makeRoomKeys(3000);
  const [alice, bob] = ["@alice:slices.org", "@bob:slices.org"];
  const a = await Client.open(server, alice, "A");
  const b = await Client.open(server, bob, "B");
  const room = await makeRoom(a, b);
  await a.say(room, [alice, bob], "hello");
  await b.sync();
  await b.say(room, [alice, bob], "hello");
  const [event] = b.rooms.get(room);
  let isDone = false;
  const importing = b.machine.importRoomKeys(keys).finally(() => (isDone = true));
  let turns = 0;
  for (; !isDone; turns++) {
    await b.machine.encrypt(room, "m.room.message", { body: "now" });
    assert.equal((await b.machine.decrypt(room, event)).event.content.body, "hello");
    await new Promise(setImmediate);
  }
  assert.equal((await importing).imported, 3000);
  assert.ok(turns >= 5, `${turns} turns`);
  await Promise.all([a.machine.close(), b.machine.close()]);
});

test("without crypto.subtle, as in pages that are not secure, keys are derived by turns with the page", async () => {
  const subtle = Object.getOwnPropertyDescriptor(Crypto.prototype, "subtle");
  const machine = await open();
  await machine.importRoomKeys(await makeRoomKeys(1));
  const file = await machine.exportRoomKeys({ passphrase: "é🐟", rounds: 20_000 });
  Object.defineProperty(Crypto.prototype, "subtle", { configurable: true, value: undefined });
  try {
    let turns = 0;
    const counting = setInterval(() => turns++, 0);
    assert.equal((await machine.importRoomKeys(file, { passphrase: "é🐟" })).kept, 1);
    clearInterval(counting);
    assert.ok(turns > 0);
    await assert.rejects(machine.importRoomKeys(file, { passphrase: "wrong" }), { code: "ERR_PASSPHRASE" });
    const controller = new AbortController();
    const aborted = machine.exportRoomKeys({ passphrase: "x", rounds: 40_000_000, signal: controller.signal });
    setTimeout(() => controller.abort(), 20);
    await assert.rejects(aborted, { code: "ERR_ABORTED" });
  } finally {
    Object.defineProperty(Crypto.prototype, "subtle", subtle);
  }
  await machine.close();
});
