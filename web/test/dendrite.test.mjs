// A device of this package at a real homeserver, with a device of matrix-js-sdk as the
// other side, in Node and in a page: both ways, with a late device of the other side.
import assert from "node:assert/strict";
import { test } from "node:test";
import { connect, init, memoryStore, OlmMachine } from "mudpuppy";
import { missing, startPeer } from "../../internal/testserver/peer/start.mjs";
import { findServer, password, startServer } from "../../internal/testserver/server.mjs";
import { findChromium } from "./browsers/chromium.mjs";

const noServer = (await findServer()) ? false : "there is no homeserver: the sources of Dendrite cannot be downloaded";

/** A device with all that an application around it does. */
class Device {
  events = new Map();

  static async open(client) {
    await init();
    const device = new Device();
    device.client = client;
    device.machine = await OlmMachine.open({
      userId: client.userId, deviceId: client.deviceId, store: memoryStore(), key: crypto.getRandomValues(new Uint8Array(32)),
    });
    device.connection = connect(device.machine, { baseUrl: client.url, accessToken: client.accessToken });
    await device.sync();
    await device.machine.setUpCrossSigning(false);
    await device.connection.pump();
    await device.sync();
    return device;
  }

  async sync(wait = 0) {
    const answer = await this.client.sync({ since: this.machine.syncToken || undefined, wait });
    await this.machine.receiveSync(answer);
    for (const room of Object.values(answer.rooms?.join ?? {}))
      for (const event of room.timeline?.events ?? []) if (event.type === "m.room.encrypted") this.events.set(event.event_id, event);
    await this.connection.pump();
  }

  async say(room, members, body) {
    await this.sync();
    const content = await this.connection.encrypt(room, members, "m.room.message", { msgtype: "m.text", body });
    return this.client.sendEvent(room, "m.room.encrypted", content);
  }

  /** Waits until a message with this text can be read. */
  async reads(room, body) {
    const failures = new Map();
    for (const end = Date.now() + 30_000; Date.now() < end; await this.sync(1000)) {
      for (const [id, encrypted] of this.events) {
        try {
          const decrypted = await this.machine.decrypt(room, encrypted);
          if (decrypted.event.content.body === body) return decrypted;
        } catch (error) {
          failures.set(id, error.code);
        }
      }
    }
    throw new Error(`"${body}" cannot be read: ${JSON.stringify([...failures])}`);
  }
}

for (const [place, options, noPlace] of [["in Node", {}, false], ["in a page", { inPage: true }, findChromium() ? false : "there is no Chromium"]]) {
  test(`a device talks with matrix-js-sdk ${place}`, { skip: missing || noServer || noPlace, timeout: 180_000 }, async () => {
    const server = await startServer();
    const client = await server.register("alice", password);
    client.url = server.url;
    await server.register("bob", password);
    const bob = await startPeer(server, "bob", options);
    let late;
    const alice = await Device.open(client);
    try {
      const recovery = await bob.call("bootstrap");
      const room = await bob.call("createRoom", [alice.machine.userId]);
      await client.join(room);
      await bob.call("waitForMember", room, alice.machine.userId, "join");
      const members = [alice.machine.userId, bob.userId];

      await alice.say(room, members, "to the peer");
      const there = await bob.call("waitForMessage", room, "to the peer");
      assert.ok(there.encrypted);
      assert.equal(there.shield, "none");
      await bob.call("send", room, "from the peer");
      const here = await alice.reads(room, "from the peer");
      assert.equal(here.deviceId, bob.deviceId);
      assert.deepEqual(here.trust, { shield: "none", reason: "pinned" });

      late = await startPeer(server, "bob");
      await late.call("restore", recovery);
      await bob.call("waitForDevice", bob.userId, late.deviceId, true);
      await alice.say(room, members, "to both devices");
      await bob.call("waitForMessage", room, "to both devices");
      await late.call("waitForMessage", room, "to both devices");
      await late.call("send", room, "from the late device");
      assert.equal((await alice.reads(room, "from the late device")).deviceId, late.deviceId);
    } finally {
      await Promise.all([bob.stop(), late?.stop(), alice.machine.close()]);
      await server.remove();
    }
  });
}
