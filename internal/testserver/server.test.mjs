import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { after, before, describe, test } from "node:test";
import { findServer, name, password, startServer } from "./server.mjs";

const skip = (await findServer()) ? false : "there is no homeserver: the sources of Dendrite cannot be downloaded";
const message = (body) => ({ msgtype: "m.text", body });

describe("the homeserver for tests", { skip }, () => {
  let server;
  before(async () => {
    server = await startServer();
  });
  after(async () => {
    await server.remove();
    assert.ok(!existsSync(server.folder));
  });

  test("registers users and logs in their devices", async () => {
    const first = await server.register("dave", password);
    const second = await server.login("dave", password);
    assert.equal(first.userId, `@dave:${name}`);
    for (const client of [first, second]) {
      const { device_id } = await client.ask("GET", "/_matrix/client/v3/account/whoami");
      assert.equal(device_id, client.deviceId);
    }
    assert.notEqual(first.deviceId, second.deviceId);
    await assert.rejects(server.login("dave", "another password"), /403/);
  });

  test("passes events on, and keeps them while it is stopped and killed", async () => {
    const alice = await server.register("alice", password);
    const bob = await server.register("bob", password);
    let since = (await bob.sync()).next_batch;
    const room = await alice.createRoom(bob.userId);
    assert.ok((await bob.sync({ since, wait: 60_000 })).rooms.invite[room]);
    await bob.join(room);
    const arrived = async (id) => {
      for (const limit = Date.now() + 120_000; Date.now() < limit; ) {
        const answer = await bob.sync({ since, wait: 10_000 });
        since = answer.next_batch;
        const events = answer.rooms?.join?.[room]?.timeline?.events ?? [];
        const found = events.find((event) => event.event_id === id);
        if (found) return found;
      }
      throw new Error(`${id} does not come`);
    };

    for (const end of ["stop", "kill"]) {
      const id = await alice.sendEvent(room, "m.room.message", message(end));
      await arrived(id);
      await server[end]();
      await assert.rejects(alice.sync(), /fetch failed/);
      await server.restart();
      const kept = await bob.ask("GET", `/_matrix/client/v3/rooms/${encodeURIComponent(room)}/event/${encodeURIComponent(id)}`);
      assert.deepEqual(kept.content, message(end));
    }
    await arrived(await alice.sendEvent(room, "m.room.message", message("on")));
    await alice.ask("GET", `/_matrix/client/v3/rooms/${encodeURIComponent(room)}/state/m.room.encryption`);
  });

  test("lets pages of any origin in", async () => {
    const headers = { origin: "http://127.0.0.1:1", "access-control-request-method": "PUT" };
    const answer = await fetch(`${server.url}/_matrix/client/v3/sync`, { method: "OPTIONS", headers });
    assert.equal(answer.headers.get("access-control-allow-origin"), "*");
    assert.match(answer.headers.get("access-control-allow-headers"), /authorization/i);
    assert.match(answer.headers.get("access-control-allow-methods"), /PUT/);
  });
});
