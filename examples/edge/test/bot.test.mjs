// The bot in workerd, at a real homeserver, with a device of matrix-js-sdk as the
// person it talks with.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { startPeer } from "../../../internal/testserver/peer/start.mjs";
import { password, startServer } from "../../../internal/testserver/server.mjs";
import { account, bindingsOf, hook, post, skip, startBots, until } from "./kit.mjs";

/** Within this time a command is answered. */
const SOON = 5000;

describe("the bot", { skip, timeout: 300_000 }, () => {
  let server, alice, alerts, builds, worker, room;

  before(async () => {
    server = await startServer();
    await server.register("alice", password);
    alice = await startPeer(server, "alice");
    await alice.call("bootstrap");
    alerts = await account(server, "alerts", { allowed: [alice.userId], rooms: {} });
    builds = await account(server, "builds", { allowed: [alice.userId] });
    worker = await startBots({ MAIN: alerts, builds });
    for (const path of ["/", "/builds/"]) assert.match(await (await worker.fetch(path)).text(), /I am awake/);
    room = await joined(alerts);
  });
  after(async () => {
    if (process.env.MUDPUPPY_WORKER_LOG) console.log(worker?.log);
    await Promise.all([worker?.remove(), alice?.stop()]);
    await server?.remove();
  });

  /** A new room that the bot has been invited to, and joined. */
  async function joined(config) {
    const room = await alice.call("createRoom", [config.user_id]);
    await alice.call("waitForMember", room, config.user_id, "join");
    return room;
  }

  /** Checks that Alice can read a message, and that she need not be warned of its sender. */
  async function reads(room, body, config = alerts) {
    const { encrypted, sender, shield, eventId } = await alice.call("waitForMessage", room, body);
    assert.deepEqual({ encrypted, sender, shield }, { encrypted: true, sender: config.user_id, shield: "none" });
    return eventId;
  }

  /** How often Alice sees a message. */
  const times = async (room, body) => (await alice.call("bodies", room)).filter((seen) => seen === body).length;

  async function answers(room, command, answer, config = alerts) {
    const asked = Date.now();
    await alice.call("send", room, command);
    await reads(room, answer, config);
    assert.ok(Date.now() - asked < SOON, `it took ${Date.now() - asked} ms to answer ${command}`);
  }

  test("says what is posted, and answers commands", async () => {
    const answer = await post(worker, alerts, hook(room), "the build is broken");
    assert.deepEqual([answer.status, answer.state], [200, "sent"]);
    assert.equal(await reads(room, "the build is broken"), answer.event_id);
    await answers(room, "!ping", "pong");
    await answers(room, "!help", "!ping – whether I am here\n!status – how I am\n!help – this");
  });

  test("goes on when it was killed, and hears what was said meanwhile", async () => {
    await worker.restart({ kill: true });
    await post(worker, alerts, hook(room), "after the first kill");
    await reads(room, "after the first kill");
    await alice.call("send", room, "before the second kill");
    await worker.restart({ kill: true, options: { bindings: {} } }); // so that it hears nothing
    const wrong = await worker.fetch("/");
    assert.equal(wrong.status, 404);
    await alice.call("send", room, "!status");
    await worker.restart({ options: { bindings: bindingsOf({ MAIN: alerts, builds }) } });
    for (const path of ["/", "/builds/"]) await worker.fetch(path);
    await until("the status", async () => (await alice.call("bodies", room)).some((body) => body.startsWith("I am awake")));
    assert.equal(await times(room, "pong"), 1);
  });

  test("is two bots, which know nothing of each other", async () => {
    const other = await joined(builds);
    assert.equal((await post(worker, builds, `/builds${hook(other)}`, "from the builds")).status, 200);
    await reads(other, "from the builds", builds);
    await answers(other, "!ping", "pong", builds);
    assert.equal((await post(worker, alerts, hook(other), "from the alerts")).status, 404);
    assert.equal((await post(worker, alerts, `/builds${hook(other)}`, "with another secret")).status, 401);
    assert.equal((await post(worker, builds, `/nobody${hook(other)}`, "to nobody")).status, 404);
  });

  test("comes to those only who are allowed to invite it, and answers only them", async () => {
    const mallory = await server.register("mallory", password);
    const strange = await mallory.createRoom(alerts.user_id);
    await until("no", async () => {
      const { chunk } = await mallory.ask("GET", `/_matrix/client/v3/rooms/${encodeURIComponent(strange)}/members`);
      return chunk.some(({ state_key: user, content }) => user === alerts.user_id && content.membership === "leave");
    });
    assert.equal((await post(worker, alerts, hook(strange), "to a stranger")).status, 404);
  });

  test("refuses in plain words what it cannot do", async () => {
    const json = { "content-type": "application/json" };
    for (const [what, status, body, headers] of [
      ["no secret", 401, "x", { authorization: "" }],
      ["a wrong secret", 401, "x", { authorization: `Bearer ${alerts.secret.slice(1)}0` }],
      ["an empty body", 400, ""],
      ["a body of spaces", 400, " \n"],
      ["a body that is too large", 413, "x".repeat(16 * 1024 + 1)],
      ["a body that is far too large", 413, "x".repeat(512 * 1024)],
      ["a body that is no UTF-8", 400, new Uint8Array([0x68, 0xff])],
      ["no JSON", 400, "{", json],
      ["JSON without a text", 400, `{"html":"<b>x</b>"}`, json],
      ["a text that is none", 400, `{"text":{}}`, json],
      ["an array", 400, "[]", json],
      ["a picture", 415, "x", { "content-type": "image/png" }],
      ["too long a key", 400, "x", { "idempotency-key": "k".repeat(201) }],
    ]) {
      const answer = await post(worker, alerts, hook(room), body, headers);
      assert.equal(answer.status, status, what);
      assert.match(answer.error, /^[a-z].{10,}/, what);
    }
    for (const unknown of ["!nothing:test", "no room", "x".repeat(600)]) {
      const answer = await post(worker, alerts, hook(unknown), "x");
      assert.deepEqual([answer.status, answer.error], [404, "there is no such room here, or it is not encrypted"]);
    }
    assert.equal((await worker.fetch(hook(room), { headers: { authorization: `Bearer ${alerts.secret}` } })).status, 405);
    assert.equal((await post(worker, alerts, "/hooks/a/b", "x")).status, 404);
    assert.equal(await times(room, "x"), 0);
  });

  test("says a thing once, however often it is posted under a key", async () => {
    const key = { "idempotency-key": "deployment 17, done" };
    const first = await Promise.all(Array.from({ length: 5 }, () => post(worker, alerts, hook(room), "once", key)));
    for (const answer of first) assert.deepEqual(answer, first[0]);
    assert.equal(first[0].status, 200);
    await worker.restart({ kill: true });
    assert.deepEqual(await post(worker, alerts, hook(room), "once", key), first[0]);
    assert.equal((await post(worker, alerts, hook(room), "another", key)).status, 422);
    await post(worker, alerts, hook(room), "after once");
    await reads(room, "after once");
    assert.deepEqual([await times(room, "once"), await times(room, "another")], [1, 0]);
  });

  test("keeps what it cannot send, in order, and sends it when it can", async () => {
    await server.stop();
    const key = { "idempotency-key": "while away" };
    for (const body of ["away 1", "away 2"]) {
      const answer = await post(worker, alerts, hook(room), body, body === "away 1" ? key : {});
      assert.deepEqual([answer.status, answer.state], [202, "waiting"]);
    }
    await worker.restart({ kill: true });
    assert.equal((await post(worker, alerts, hook(room), "away 1", key)).status, 202);
    assert.equal((await post(worker, alerts, hook("!unknown:test"), "x")).status, 503);
    assert.match(await (await worker.fetch("/")).text(), /2 messages wait/);
    await server.restart();
    for (const body of ["away 1", "away 2"]) await reads(room, body);
    await until("nothing waits", async () => /0 messages wait/.test(await (await worker.fetch("/")).text()));
    const again = await post(worker, alerts, hook(room), "away 1", key);
    assert.deepEqual([again.status, again.state], [200, "sent"]);
    const seen = (await alice.call("bodies", room)).filter((body) => body.startsWith("away"));
    assert.deepEqual(seen, ["away 1", "away 2"]);
  });

  test("says what the homeserver refused", async () => {
    await alice.call("client", "kick", room, alerts.user_id);
    const answer = await post(worker, alerts, hook(room), "to a room that it had to leave");
    assert.equal(answer.status, 502);
    assert.match(answer.error, /403/);
  });
});
