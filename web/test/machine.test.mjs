// Whole devices, by the main entry of the package.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { DecryptError, memoryStore, MudpuppyError, OlmMachine, PolicyError, verifyStore } from "mudpuppy";
import { Client, key, makeRoom } from "./machines/client.mjs";
import { Homeserver } from "./machines/homeserver.mjs";
import { memoryStore as storeOfReadme } from "./stores/readme.mjs";

const [alice, bob, carol] = ["@alice:example.org", "@bob:example.org", "@carol:example.org"];
/** Where machines live. What is said elsewhere must be the same as here. */
for (const [where, hosting] of [["here", {}], ["in a worker", { worker: true }]]) {
  describe(where, () => declare(hosting));
}

function declare(hosting) {
  const openClient = (server, userId, deviceId, options) => Client.open(server, userId, deviceId, { ...hosting, ...options });
  let server;

  before(() => {
    server = new Homeserver();
  });
  after(() => server.close());

  for (const [name, makeStore] of [["in memory", memoryStore], ...(hosting.worker ? [] : [["written in JavaScript", storeOfReadme]])]) {
    test(`two devices talk, close, and go on: stores ${name}`, async () => {
      const [hers, his] = [makeStore(), makeStore()];
      const kind = name.replaceAll(" ", "");
      const a = await openClient(server, `@alice:${kind}.org`, "A", { store: hers });
      const b = await openClient(server, `@bob:${kind}.org`, "B", { store: his });
      const members = [a.machine.userId, b.machine.userId];
      const room = await makeRoom(a, b);
      const keys = [];
      b.machine.addEventListener("roomKeys", ({ detail }) => keys.push(detail));
      await a.say(room, members, "hello é🐟");
      await b.sync();
      assert.deepEqual(await b.read(room), ["hello é🐟"]);
      assert.deepEqual(keys.map(({ roomId, sessionIds }) => [roomId, sessionIds.length]), [[room, 1]]);
      await b.say(room, members, "hello back");
      await a.sync();
      assert.deepEqual(await a.read(room), ["hello é🐟", "hello back"]);
      const { syncToken, identityKeys } = a.machine;
      await a.machine.close();
      await a.machine.close();

      const again = await openClient(server, a.machine.userId, "A", { store: hers });
      assert.equal(again.machine.syncToken, syncToken);
      assert.deepEqual(again.machine.identityKeys, identityKeys);
      again.rooms = a.rooms;
      assert.deepEqual(await again.read(room), ["hello é🐟", "hello back"]);
      await again.say(room, members, "I am back");
      await b.sync();
      assert.deepEqual((await b.read(room)).at(-1), "I am back");
      await Promise.all([again.machine.close(), b.machine.close()]);
    });
  }

  test("all else has its turn while a long answer to /sync is received", async () => {
    const { machine } = await openClient(server, alice, "LONG");
    const events = Array.from({ length: 1000 }, (_, n) => ({ type: "org.example.plain", sender: bob, content: { n } }));
    let turns = 0;
    let isDone = false;
    const count = () => {
      turns++;
      if (!isDone) setImmediate(count);
    };
    setImmediate(count);
    const received = await machine.receiveSync({ next_batch: "long", to_device: { events } });
    isDone = true;
    assert.deepEqual(received.map(({ content }) => content.n), events.map(({ content }) => content.n));
    assert.ok(turns >= 9, `there were ${turns} turns`); // one after each hundred
    await machine.close();
  });

  test("what is decrypted says from whom, and how far that can be believed", async () => {
    const a = await openClient(server, alice, "TRUST");
    const b = await openClient(server, bob, "TRUST");
    const room = await makeRoom(a, b);
    await a.say(room, new Set([alice, bob]), "hello");
    await b.sync();
    const [event] = b.rooms.get(room);
    const decrypted = await b.machine.decrypt(room, event);
    assert.deepEqual(decrypted.event, { ...event, type: "m.room.message", content: { msgtype: "m.text", body: "hello" } });
    assert.equal(decrypted.sender, alice);
    assert.equal(decrypted.deviceId, "TRUST");
    assert.equal(decrypted.senderKey, a.machine.identityKeys.curve25519);
    assert.equal(decrypted.sessionId, event.content.session_id);
    assert.equal(decrypted.index, 0);
    assert.deepEqual(decrypted.trust, { shield: "red", reason: "unsigned_device" });

    await assert.rejects(b.machine.decrypt(room, { ...event, event_id: "$other" }), { name: "DecryptError", code: "ERR_REPLAY" });
    await assert.rejects(b.machine.decrypt("!other:example.org", event), { code: "ERR_WRONG_ROOM" });
    await assert.rejects(b.machine.decrypt(room, { ...event, sender: carol }), { code: "ERR_MISMATCHED_SENDER" });
    await assert.rejects(b.machine.decrypt(room, {}), { code: "ERR_FORMAT" });
    const unknown = { ...event, content: { ...event.content, session_id: "A".repeat(43) } };
    await assert.rejects(b.machine.decrypt(room, unknown), (error) => {
      assert.ok(error instanceof DecryptError && error instanceof MudpuppyError);
      assert.deepEqual([error.code, error.roomId, error.sessionId, error.withheld, error.retryable], ["ERR_UNKNOWN_SESSION", room, "A".repeat(43), undefined, true]);
      return true;
    });
    await Promise.all([a.machine.close(), b.machine.close()]);
  });

  test("policies: whom they leave out is told why, and whom they stop is told who", async () => {
    const a = await openClient(server, alice, "POLICY", { policy: "cross_signed" });
    const b = await openClient(server, bob, "POLICY");
    const room = await makeRoom(a, b);
    await a.say(room, [alice, bob], "for signed devices only");
    await a.connection.pump(); // the key needs not wait for who does not get it
    await b.sync();
    const [event] = b.rooms.get(room);
    await assert.rejects(b.machine.decrypt(room, event), (error) => {
      assert.equal(error.withheld?.code, "m.unverified");
      return true;
    });
    await a.machine.setRoomSettings(room, { policy: "error_on_unverified" });
    assert.equal((await a.machine.roomSettings(room)).policy, "error_on_unverified");
    await assert.rejects(a.connection.encrypt(room, [alice, bob], "m.room.message", {}), (error) => {
      assert.ok(error instanceof PolicyError);
      assert.equal(error.code, "ERR_UNVERIFIED");
      assert.ok(error.devices.some(({ userId, deviceId }) => userId === bob && deviceId === "POLICY"));
      assert.deepEqual(error.users, []);
      return true;
    });
    const verified = async () => (await a.machine.devices(bob)).find(({ deviceId }) => deviceId === "POLICY").verified;
    await a.machine.verifyDevice(bob, "POLICY", b.machine.identityKeys.ed25519);
    assert.ok(await verified());
    await a.machine.unverifyDevice(bob, "POLICY");
    assert.ok(!(await verified()));
    await assert.rejects(a.machine.unverifyDevice(bob, "OTHER"), { code: "ERR_UNKNOWN_DEVICE" });
    await Promise.all([a.machine.close(), b.machine.close()]);
  });

  test("cross-signing: the homeserver is asked first what there is", async () => {
    const own = new Homeserver();
    const client = await openClient(own, carol, "OUTDATED");
    await assert.rejects(client.machine.setUpCrossSigning(false), { code: "ERR_OUTDATED" });
    await client.connection.pump();
    await client.machine.setUpCrossSigning(false);
    await client.machine.close();
    own.close();
  });

  test("an event for a device comes again until the next answer", async () => {
    const store = memoryStore();
    const options = { ...hosting, userId: carol, deviceId: "AGAIN", store, unsealed: true };
    const event = { type: "org.example", sender: bob, content: { a: 1 } };
    const types = async (machine, answer) => (await machine.receiveSync(answer)).map(({ type }) => type);
    const first = await OlmMachine.open(options);
    assert.deepEqual(await types(first, { next_batch: "s1", to_device: { events: [event] } }), ["org.example"]);
    await first.close();
    const second = await OlmMachine.open(options);
    assert.deepEqual(await types(second, {}), ["org.example"]);
    assert.deepEqual(await types(second, {}), []);
    await second.close();
  });

  test("cross-signing: the password is asked for, and the keys go to another device", async () => {
    const own = new Homeserver();
    await own.do({ askForPassword: true });
    const challenges = [];
    const authenticate = ({ session, flows }) => {
      challenges.push(flows);
      return { type: "m.login.password", session, identifier: { type: "m.id.user", user: carol }, password: "secret" };
    };
    const refusing = await openClient(own, carol, "FIRST");
    await refusing.connection.pump();
    await refusing.machine.setUpCrossSigning(false);
    await assert.rejects(refusing.connection.pump(), { name: "RequestError", code: "ERR_REQUEST", status: 401, kind: "signing_upload" });
    await refusing.machine.close();

    const first = await openClient(own, carol, "SECOND", { authenticate });
    await first.sync();
    await first.machine.setUpCrossSigning(true);
    await first.connection.pump();
    await first.sync();
    assert.equal(challenges.length, 1);
    assert.deepEqual(await first.machine.crossSigningStatus(), { master: true, selfSigning: true, userSigning: true });
    const identity = await first.machine.identity(carol);
    assert.ok(identity.verified);
    assert.ok((await first.machine.devices(carol)).find(({ deviceId }) => deviceId === "SECOND").crossSigned);
    await assert.rejects(first.machine.identity("@nobody:example.org"), { code: "ERR_UNKNOWN_USER" });

    const second = await openClient(own, carol, "THIRD");
    await second.sync();
    await second.machine.trackUsers([carol]);
    await second.connection.pump();
    const seeds = await first.machine.exportCrossSigningKeys();
    assert.deepEqual(Object.values(seeds).map(({ length }) => length), [32, 32, 32]);
    await assert.rejects(second.machine.importCrossSigningKeys({ ...seeds, master: new Uint8Array(32) }), { code: "ERR_MISMATCHED_KEYS" });
    await second.machine.importCrossSigningKeys({ selfSigning: seeds.selfSigning });
    await second.connection.pump();
    assert.deepEqual(await second.machine.crossSigningStatus(), { master: false, selfSigning: true, userSigning: false });
    await Promise.all([first.machine.close(), second.machine.close()]);
    own.close();
  });

  test("an event for a device, over Olm", async () => {
    const a = await openClient(server, alice, "DEVICE");
    const b = await openClient(server, bob, "DEVICE");
    await makeRoom(a, b);
    await a.machine.trackUsers([bob]);
    await a.connection.pump();
    await a.machine.encryptToDevice([{ userId: bob, deviceId: "DEVICE" }], "org.example.ping", { n: 1 });
    await a.connection.pump();
    await b.sync();
    const ping = b.toDevice.find(({ type }) => type === "org.example.ping");
    assert.deepEqual(ping.content, { n: 1 });
    assert.deepEqual([ping.encrypted, ping.sender, ping.senderKey, ping.error], [true, alice, a.machine.identityKeys.curve25519, undefined]);
    await assert.rejects(a.machine.encryptToDevice([{ userId: bob, deviceId: "NONE" }], "x", {}), { code: "ERR_UNKNOWN_DEVICE" });
    await Promise.all([a.machine.close(), b.machine.close()]);
  });

  const device = { userId: alice, deviceId: "STORE" };

  test("stores: a key is required, and must be the right one, for the right device", async () => {
    const store = memoryStore();
    const open = (options) => OlmMachine.open({ ...hosting, ...device, store, ...options });
    await assert.rejects(open({}), { code: "ERR_ARGUMENT", message: /key is missing/ });
    await assert.rejects(open({ key, unsealed: true }), { code: "ERR_ARGUMENT", message: /exclude/ });
    for (const wrong of ["text", new Uint8Array(31), {}, { passphrase: "" }, null]) await assert.rejects(open({ key: wrong }), { code: "ERR_ARGUMENT" });
    await (await open({ key })).close();
    await assert.rejects(open({ key: new Uint8Array(32) }), { code: "ERR_STORE_KEY" });
    await assert.rejects(open({ unsealed: true }), { code: "ERR_STORE_SEALED" });
    await assert.rejects(open({ key, deviceId: "OTHER" }), { code: "ERR_OTHER_DEVICE" });
    await (await open({ key })).close();

    const report = await verifyStore({ ...hosting, store, key });
    assert.deepEqual(report.broken, []);
    assert.ok(report.tables.length > 5 && report.tables.every(({ intact }) => intact));
    await assert.rejects(verifyStore({ ...hosting, store, key: new Uint8Array(32) }), { code: "ERR_STORE_KEY" });

    const unsealed = memoryStore();
    await (await OlmMachine.open({ ...hosting, ...device, store: unsealed, unsealed: true })).close();
    await assert.rejects(OlmMachine.open({ ...hosting, ...device, store: unsealed, key }), { code: "ERR_STORE_UNSEALED" });
  });

  test("stores: a passphrase", async () => {
    const store = memoryStore();
    await (await OlmMachine.open({ ...hosting, ...device, store, key: { passphrase: "correct horse" } })).close();
    await assert.rejects(OlmMachine.open({ ...hosting, ...device, store, key: { passphrase: "battery staple" } }), { code: "ERR_STORE_KEY" });
  });

  test("stores: who opens a store takes it from who has it, who learns of it", async () => {
    const store = memoryStore();
    const first = await OlmMachine.open({ ...hosting, ...device, store, key });
    const lost = new Promise((resolve) => first.addEventListener("storeLost", ({ detail }) => resolve(detail.error.code)));
    const second = await OlmMachine.open({ ...hosting, ...device, store, key });
    await assert.rejects(first.trackUsers([bob]), { code: "ERR_STORE_STALE" });
    assert.equal(await lost, "ERR_STORE_STALE");
    await assert.rejects(first.trackUsers([bob]), (error) => ["ERR_CLOSED", "ERR_STORE_STALE"].includes(error.code));
    await second.trackUsers([bob]);
    await second.close();
  });

  test("stores: what fails in one of the caller's own is said", { skip: hosting.worker && "a worker has no stores of the caller's" }, async () => {
    const failing = { load: async () => { throw Object.assign(new Error("no disk"), { code: "ERR_STORE_FULL" }); }, commit() {} };
    await assert.rejects(OlmMachine.open({ ...hosting, ...device, store: failing, key }), { code: "ERR_STORE_FULL" });
    await assert.rejects(OlmMachine.open({ ...hosting, ...device, store: {}, key }), { code: "ERR_STORE_FAILED" });
    await assert.rejects(OlmMachine.open({ ...hosting, ...device, store: 5, key }), { code: "ERR_ARGUMENT" });
  });

  test("the log is filtered before it is made, and the clock is the caller's", async () => {
    const store = memoryStore();
    const told = async (level) => {
      const lines = [];
      const log = (level) => (line) => lines.push([level, line]);
      let calls = 0;
      const clock = hosting.worker ? undefined : () => (calls++, 1_000_000);
      const logger = { level, debug: log("debug"), info: log("info"), warn: log("warn"), error: log("error") };
      const machine = await OlmMachine.open({ ...hosting, ...device, store, key, logger, clock });
      await machine.outgoingRequests();
      assert.ok(hosting.worker || calls > 0, "the clock was not asked");
      const robber = await OlmMachine.open({ ...hosting, ...device, store, key });
      await assert.rejects(machine.trackUsers([`@${level}:example.org`]), { code: "ERR_STORE_STALE" });
      await Promise.all([machine.close(), robber.close()]);
      return lines;
    };
    assert.deepEqual(await told("warn"), [["warn", "a commit failed: store: another owner has claimed it"]]);
    assert.deepEqual(await told("error"), []);
    await assert.rejects(told("loud"), { code: "ERR_ARGUMENT" });
  });
}
