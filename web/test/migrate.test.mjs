// A device that was kept with libolm becomes a machine in mid-conversation: here or, if
// MACHINES says so, in a worker.
import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import Olm from "@matrix-org/olm";
import * as mudpuppy from "mudpuppy";
import { memoryStore } from "mudpuppy";
import { Client as AnyClient, key, makeRoom } from "./machines/client.mjs";
import { Homeserver } from "./machines/homeserver.mjs";
import { LibolmClient } from "./machines/libolm.mjs";
import { memoryStore as storeOfReadme } from "./stores/readme.mjs";

const hosting = process.env.MACHINES === "worker" ? { worker: true } : {};
const migrateFromLibolm = (options) => mudpuppy.migrateFromLibolm(options && { ...hosting, ...options });
const OlmMachine = { open: (options) => mudpuppy.OlmMachine.open({ ...hosting, ...options }) };
const Client = { open: (server, user, device, options) => AnyClient.open(server, user, device, { ...hosting, ...options }) };
const stores = { "in memory": memoryStore, ...(hosting.worker ? {} : { "written in JavaScript": storeOfReadme }) };

const nothing = { taken: 0, surplus: 0, failed: 0 };
const types = (client) => client.toDevice.filter(({ type }) => type !== "m.room_key").map(({ type }) => type);
let server, alice, bob;
let number = 0;

before(() => {
  server = new Homeserver();
});
after(() => server.close());
beforeEach(() => {
  [alice, bob] = [`@alice:${++number}.org`, `@bob:${number}.org`];
});

/** Two devices with libolm that have talked, by Olm and in a room. */
async function talk() {
  const a = await LibolmClient.open(server, alice, "ALICE");
  const b = await LibolmClient.open(server, bob, "BOB");
  const roomId = await makeRoom(a, b);
  await a.meet(b);
  assert.equal(await a.sendOlm(b, "old"), 0);
  await b.sync();
  await b.sendOlm(a, "old");
  await a.sync();
  for (const [from, to] of [[a, b], [b, a]]) {
    await from.shareRoomKey(roomId, to);
    await from.say(roomId, `old of ${from.userId}`);
    await to.sync();
    await from.sync();
  }
  assert.deepEqual([types(a), types(b)], [["old"], ["old"]]);
  return { a, b, roomId };
}

/** The machine of a device whose data was taken over. */
async function open(kept, { userId, deviceId }, store, requests = []) {
  const fetch = (url, options) => {
    if (options.body) requests.push([url, JSON.parse(options.body)]);
    return server.fetch(url, options);
  };
  const report = await migrateFromLibolm({ store, key, userId, deviceId, ...kept });
  const client = await Client.open(server, userId, deviceId, { store, fetch });
  return { client, report };
}

for (const [name, makeStore] of Object.entries(stores)) {
  test(`both sides go on in mid-session: a store ${name}`, async () => {
    const { a, b, roomId } = await talk();
    const [late, later] = await Promise.all(["late", "later"].map((name) => LibolmClient.open(server, `@${name}:${number}.org`, "X")));
    // On their way: a normal message, a room key of which a knows the end only, and a
    // pre-key message of somebody unknown.
    await b.sendOlm(a, "normal");
    await b.say(roomId, "in a session that Alice has");
    await b.shareRoomKey(roomId, a);
    await b.say(roomId, "in a session that is on its way");
    await late.meet(a);
    await late.sendOlm(a, "pre-key");
    // A session in which nobody has answered yet.
    await a.meet(later);
    await a.sendOlm(later, "unanswered");

    const requests = [];
    const kept = a.kept();
    const { client, report } = await open(kept, a, makeStore(), requests);
    const { machine } = client;
    assert.deepEqual(report, {
      ...{ alreadyDone: false, failures: [], users: nothing, rooms: { ...nothing, taken: 1 } },
      ...{ sessions: { ...nothing, taken: 2 }, groupSessions: { ...nothing, taken: 2 } },
    });
    assert.deepEqual(machine.identityKeys, a.keys);
    assert.equal((await machine.roomSettings(roomId)).rotationPeriodMessages, 50);

    // An unused one-time key still works, and so does the fallback key when all are used.
    const claimed = new Set();
    for (let id; !(id = await later.meet(a)).endsWith(Object.keys(JSON.parse(a.account.fallback_key()).curve25519)[0]); ) claimed.add(id);
    assert.ok(claimed.size > 3);
    await later.sendOlm(a, "fallback");
    const oneTime = await LibolmClient.open(server, `@onetime:${number}.org`, "X");
    await client.sync();
    await oneTime.meet(a);
    await oneTime.sendOlm(a, "one-time");
    await client.sync();
    assert.deepEqual(types(client), ["normal", "pre-key", "fallback", "one-time"]);
    assert.deepEqual(client.toDevice.map(({ error }) => error), Array(client.toDevice.length).fill(undefined));
    assert.deepEqual(await client.read(roomId), [`old of ${alice}`, `old of ${bob}`, "in a session that Alice has", "in a session that is on its way"]);

    // New messages, both ways: the sessions are those that there were.
    await machine.trackUsers([bob, later.userId]);
    await client.connection.pump();
    await machine.encryptToDevice([{ userId: bob, deviceId: b.deviceId }], "new", {});
    await machine.encryptToDevice([{ userId: later.userId, deviceId: later.deviceId }], "new", {});
    await client.connection.pump();
    await client.say(roomId, [alice, bob], "new of Alice");
    await b.sync();
    await later.sync();
    assert.deepEqual(b.toDevice.slice(-2).map(({ type, kind }) => [type, kind]), [["new", 1], ["m.room_key", 1]]);
    assert.deepEqual(types(later), ["unanswered", "new"]);
    assert.equal(b.read(roomId).at(-1), "new of Alice");
    await b.sendOlm(a, "newer");
    await b.say(roomId, "new of Bob");
    await client.sync();
    assert.equal(types(client).at(-1), "newer");
    assert.deepEqual((await client.read(roomId)).slice(-2), ["new of Alice", "new of Bob"]);

    // What libolm made of ids is not made again, and the device keys are as they were.
    const uploads = requests.filter(([url]) => url.endsWith("keys/upload")).map(([, body]) => body);
    const ids = uploads.flatMap((body) => Object.keys({ ...body.one_time_keys, ...body.fallback_keys }));
    assert.ok(ids.length >= 50);
    assert.deepEqual(ids.filter((id) => claimed.has(id)), []);
    assert.equal(new Set(ids).size, ids.length);
    const { device_keys } = await b.call("POST", "keys/query", { device_keys: { [alice]: [] } });
    assert.equal(device_keys[alice][a.deviceId].keys[`ed25519:${a.deviceId}`], a.keys.ed25519);
    await machine.close();

    const again = await migrateFromLibolm({ store: client.store, key, userId: alice, deviceId: a.deviceId, ...kept });
    assert.deepEqual(again, { alreadyDone: true, failures: [], sessions: nothing, groupSessions: nothing, rooms: nothing, users: nothing });
  });
}

test("a message that is older than what there is of its session stays unreadable, and the rest does not", async () => {
  const { a, b, roomId } = await talk();
  const kept = a.kept();
  for (const record of kept.groupSessions) {
    const [whole, part] = [new Olm.InboundGroupSession(), new Olm.InboundGroupSession()];
    whole.unpickle(kept.pickleKey, record.session.session);
    part.import_session(whole.export_session(1));
    record.session.session = part.pickle(kept.pickleKey);
  }
  await b.say(roomId, "second");
  const { client, report } = await open(kept, a, memoryStore());
  assert.equal(report.groupSessions.taken, 2);
  await client.sync();
  assert.deepEqual(await client.read(roomId), ["ERR_UNKNOWN_INDEX", "ERR_UNKNOWN_INDEX", "second"]);
  await client.machine.close();
});

test("only what came from the device itself is believed to be its own", async () => {
  const { a, roomId } = await talk();
  const [trusted, forwarded, untrusted, unsaid, nameless] = Array.from({ length: 5 }, () => a.kept());
  const change = (kept, fields) => kept.groupSessions.forEach(({ session }) => Object.assign(session, fields));
  change(forwarded, { forwardingCurve25519KeyChain: [a.keys.curve25519] });
  change(untrusted, { untrusted: true });
  change(unsaid, { forwardingCurve25519KeyChain: undefined });
  change(nameless, { keysClaimed: undefined });
  const trusts = [];
  for (const kept of [trusted, forwarded, untrusted, unsaid, nameless]) {
    const { client } = await open(kept, a, memoryStore());
    await client.machine.setUpCrossSigning(true);
    await client.connection.pump();
    await client.sync();
    const event = client.rooms.get(roomId).find(({ sender }) => sender === alice);
    trusts.push((await client.machine.decrypt(roomId, event)).trust);
    await client.machine.close();
  }
  const [none, unauthenticated, unknown] = ["none verified", "grey unauthenticated", "red unknown_device"];
  assert.deepEqual(trusts.map(({ shield, reason }) => `${shield} ${reason}`), [none, ...Array(3).fill(unauthenticated), unknown]);
});

test("what is broken costs only itself, and is told of with its reason", async () => {
  const { a, b, roomId } = await talk();
  const kept = a.kept();
  const [session] = kept.sessions;
  const [own, bobs] = kept.groupSessions;
  const other = new Olm.Account();
  other.create();
  const broken = [
    ["sessions", { ...session, session: other.pickle("another key") }, "ERR_PICKLE_KEY"],
    ["sessions", { ...session, session: "not base64!" }, "ERR_PICKLE_BASE64"],
    ["sessions", { ...session, session: own.session.session }, /^ERR_PICKLE_/],
    ["sessions", { ...session, session: undefined }, "ERR_ARGUMENT"],
    ["sessions", { ...session, session: "\ud800" }, "ERR_ARGUMENT"],
    ["sessions", null, "ERR_ARGUMENT"],
    ["sessions", { ...session, deviceKey: "AAAA" }, "ERR_FORMAT"],
    ["sessions", { ...session, deviceKey: JSON.parse(other.identity_keys()).curve25519, sessionId: undefined }, ""],
    ["sessions", { ...session, sessionId: "A".repeat(43) }, "ERR_MISMATCHED_KEYS"],
    ["groupSessions", { ...own, sessionId: bobs.sessionId }, "ERR_MISMATCHED_KEYS"],
    ["groupSessions", { ...own, session: { ...own.session, room_id: "" } }, "ERR_FORMAT"],
    ["groupSessions", { ...own, session: { ...own.session, session: session.session } }, /^ERR_PICKLE_/],
    ["groupSessions", { ...own, session: { ...own.session, keysClaimed: { ed25519: "x" } } }, "ERR_FORMAT"],
    ["groupSessions", { ...own, get session() { throw new Error("unreadable"); } }, "ERR_ARGUMENT"],
    ["rooms", ["!other:example.org", { algorithm: "org.example.none" }], "ERR_ALGORITHM"],
    ["rooms", ["", { algorithm: "m.megolm.v1.aes-sha2" }], "ERR_FORMAT"],
    ["rooms", ["!x:example.org"], "ERR_ARGUMENT"],
    ["users", "bob", "ERR_FORMAT"],
    ["users", 7, "ERR_ARGUMENT"],
  ].filter(([, , code]) => code);
  const all = { ...kept, rooms: [...kept.rooms], users: [bob] };
  for (const [kind, item] of broken) all[kind] = [item, ...all[kind]];
  const { client, report } = await open(all, a, memoryStore());
  assert.equal(report.failures.length, broken.length);
  for (const [kind, item, code] of broken) {
    const failure = report.failures.find((failure) => failure.item === item && failure.kind === kind);
    assert.match(failure.code, new RegExp(code), `${kind} ${failure.message}`);
    assert.equal(all[kind][failure.index], item);
  }
  assert.deepEqual([report.sessions.taken, report.groupSessions.taken, report.rooms.taken, report.users.taken], [1, 2, 1, 1]);
  assert.equal((await client.machine.roomSettings("!other:example.org")).algorithm, "m.megolm.v1.aes-sha2");
  await b.sendOlm(a, "new");
  await client.sync();
  assert.deepEqual(types(client), ["new"]);
  assert.equal((await client.read(roomId))[1], `old of ${bob}`);
  await client.machine.close();
});

test("a wrong pickle key, or no account, leaves the store empty", async () => {
  const { a } = await talk();
  const kept = a.kept();
  const options = { store: memoryStore(), key, userId: alice, deviceId: a.deviceId };
  await assert.rejects(migrateFromLibolm({ ...options, ...kept, pickleKey: "another" }), { code: "ERR_PICKLE_KEY" });
  await assert.rejects(migrateFromLibolm({ ...options, ...kept, account: kept.sessions[0].session }), { code: /^ERR_(PICKLE_|LEGACY_ACCOUNT)/ });
  const blank = new Olm.Account().pickle(kept.pickleKey);
  await assert.rejects(migrateFromLibolm({ ...options, ...kept, account: blank }), { code: "ERR_FORMAT" });
  await assert.rejects(migrateFromLibolm({ ...options, ...kept, account: undefined }), { code: "ERR_ARGUMENT" });
  const { machine } = await Client.open(server, alice, a.deviceId, { store: options.store });
  assert.notDeepEqual(machine.identityKeys, a.keys); // a new device
  await machine.close();
  await assert.rejects(migrateFromLibolm({ ...options, ...kept }), { code: "ERR_OTHER_DEVICE" });
  await assert.rejects(migrateFromLibolm({ ...options, ...kept, deviceId: "OTHER" }), { code: "ERR_OTHER_DEVICE" });
  await assert.rejects(migrateFromLibolm({ ...options, ...kept, key: new Uint8Array(32) }), { code: "ERR_STORE_KEY" });
});

test("one that ends early is no device, and is called again", async () => {
  const { a, b } = await talk();
  const kept = a.kept();
  const options = { store: memoryStore(), key, userId: alice, deviceId: a.deviceId, ...kept };
  async function* failing() {
    yield* kept.groupSessions;
    throw new Error("the database is gone");
  }
  const opening = () => OlmMachine.open({ userId: alice, deviceId: a.deviceId, store: options.store, key });
  await assert.rejects(migrateFromLibolm({ ...options, groupSessions: failing() }), { message: "the database is gone" });
  await assert.rejects(opening(), { code: "ERR_HALF_MIGRATED" });
  const controller = new AbortController();
  const onProgress = () => controller.abort();
  await assert.rejects(migrateFromLibolm({ ...options, signal: controller.signal, onProgress }), { code: "ERR_ABORTED" });
  await assert.rejects(opening(), { code: "ERR_HALF_MIGRATED" });
  // What libolm did meanwhile must not be undone.
  await a.sendOlm(b, "meanwhile");
  const done = [];
  async function* slowly(items) {
    for (const item of items) yield await new Promise((resolve) => setTimeout(resolve, 0, item));
  }
  const { sessions, groupSessions } = a.kept();
  const report = await migrateFromLibolm({ ...options, sessions: slowly(sessions), groupSessions: slowly(groupSessions), onProgress: (n) => done.push(n) });
  assert.deepEqual([report.alreadyDone, report.sessions.taken, report.groupSessions.taken, done], [false, 1, 2, [1, 3, 4]]);
  const { machine, connection } = await Client.open(server, alice, a.deviceId, { store: options.store });
  await machine.trackUsers([bob]);
  await connection.pump();
  await machine.encryptToDevice([{ userId: bob, deviceId: b.deviceId }], "new", {});
  await connection.pump();
  await b.sync();
  assert.deepEqual(types(b), ["old", "meanwhile", "new"]);
  await machine.close();
});

test("options that cannot be are refused", async () => {
  const options = { store: memoryStore(), key, userId: alice, deviceId: "X", pickleKey: "x", account: "x" };
  const bad = { store: 1, key: undefined, pickleKey: 7, onProgress: 1, signal: {}, account: 1, userId: undefined, worker: 1 };
  for (const [name, value] of Object.entries(bad)) {
    await assert.rejects(migrateFromLibolm({ ...options, [name]: value }), { code: "ERR_ARGUMENT" }, name);
  }
  await assert.rejects(migrateFromLibolm(undefined), { code: "ERR_ARGUMENT" });
});
