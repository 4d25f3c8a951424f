// A room with many members' devices and a long past, in Chromium: it opens and scrolls
// with no task above 100 ms that ran WebAssembly, and a first message leaves soon.
//
//	MEMBERS=200 MESSAGES=5000 node --test test/load/load.test.mjs
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { connect, init, memoryStore, OlmMachine } from "mudpuppy";
import { password } from "../../../../internal/testserver/server.mjs";
import chromium from "../drivers/chromium.mjs";
import { until } from "../drivers/driver.mjs";
import { by } from "../person.mjs";
import { noServer, World } from "../world.mjs";

const MEMBERS = Number(process.env.MEMBERS ?? 200);
const MESSAGES = Number(process.env.MESSAGES ?? 5000);
const LONG = 100; // milliseconds
const skip = noServer || (chromium.find() ? false : chromium.missing);

/** A device in Node, signed by its user. */
class Device {
  static async open(world, name) {
    const device = new Device();
    device.client = await world.server.register(name, password);
    const { userId, deviceId, accessToken } = device.client;
    device.machine = await OlmMachine.open({ userId, deviceId, store: memoryStore(), unsealed: true });
    device.connection = connect(device.machine, { baseUrl: world.server.url, accessToken });
    await device.sync();
    await device.machine.setUpCrossSigning(false);
    await device.connection.pump();
    return device;
  }

  async sync() {
    const answer = await this.client.sync({ since: this.machine.syncToken || undefined });
    await this.machine.receiveSync(answer);
    await this.connection.pump();
    return answer;
  }
}

/** Begins to note tasks and what ran in them, and returns what ends it. */
async function watch(page) {
  const session = await page.context().newCDPSession(page);
  await session.send("Profiler.enable");
  await session.send("Profiler.setSamplingInterval", { interval: 1000 });
  await session.send("Performance.enable");
  await page.evaluate(() => {
    window.tasks = [];
    new PerformanceObserver((list) => window.tasks.push(...list.getEntries().map(({ startTime, duration }) => ({ startTime, duration })))).observe({ type: "longtask" });
  });
  await session.send("Profiler.start");
  return async () => {
    const { profile } = await session.send("Profiler.stop");
    const { metrics } = await session.send("Performance.getMetrics");
    const origin = metrics.find(({ name }) => name === "NavigationStart").value * 1e6;
    const wasm = new Set(profile.nodes.filter(({ callFrame }) => /^wasm:|\.wasm$/.test(callFrame.url)).map(({ id }) => id));
    let at = profile.startTime;
    const samples = profile.samples.map((id, i) => ({ at: ((at += profile.timeDeltas[i]) - origin) / 1000, wasm: wasm.has(id) }));
    const tasks = await page.evaluate(() => window.tasks);
    const within = ({ startTime, duration }) => samples.filter(({ at, wasm }) => wasm && at >= startTime && at <= startTime + duration).length;
    return { samples: samples.filter(({ wasm }) => wasm).length, tasks: tasks.map((task) => ({ ...task, wasm: within(task) })) };
  };
}

describe(`a room with ${MEMBERS} members and ${MESSAGES} messages`, { skip }, () => {
  let world, browser, alice, bob, room;

  before(async () => {
    await init();
    world = await World.begin();
    browser = await chromium.open(chromium.find());
    await world.register("bob");
    bob = await world.enter(browser, "bob");
    alice = await Device.open(world, "alice");
    const request = { name: "Pond", preset: "public_chat", invite: ["@bob:test"], initial_state: [{ type: "m.room.encryption", state_key: "", content: { algorithm: "m.megolm.v1.aes-sha2", rotation_period_msgs: 100 } }] };
    room = (await alice.client.ask("POST", "/_matrix/client/v3/createRoom", request)).room_id;
    await bob.accept("Pond");
    const members = ["@alice:test", "@bob:test"];
    for (let i = 0; i < MEMBERS; i++) {
      const { client, machine } = await Device.open(world, `member-${i}`);
      await client.join(room);
      members.push(client.userId);
      await machine.close();
    }
    await alice.sync();
    for (let i = 0; i < MESSAGES; i++) {
      const content = await alice.connection.encrypt(room, members, "m.room.message", { msgtype: "m.text", body: `message ${i} of the past` });
      await alice.client.sendEvent(room, "m.room.encrypted", content);
      if (i % 100 === 99) await alice.sync();
    }
    await bob.reads(`message ${MESSAGES - 1} of the past`);
  });
  after(async () => {
    await alice?.machine.close();
    await world?.end();
    await browser?.close();
  });

  test("opens, scrolls, and is written in", async (t) => {
    const { page } = bob.page;
    await page.reload();
    await bob.sees(by("button", "New room"));
    const stop = await watch(page);
    await bob.openRoom("Pond");
    await bob.reads(`message ${MESSAGES - 1} of the past`);
    await until("the beginning is reached", async () => {
      await page.evaluate(() => document.querySelector(".scroller").scrollTo(0, 0));
      return (await bob.conversation()).includes("message 0 of the past");
    }, 300_000);
    const rows = await page.evaluate(() => document.querySelectorAll(".message").length);
    const { tasks, samples } = await stop();
    const long = tasks.filter(({ duration, wasm }) => duration > LONG && wasm > 0);
    t.diagnostic(`${rows} messages in the page; ${tasks.length} tasks above 50 ms, the longest ${Math.max(0, ...tasks.map(({ duration }) => duration))} ms; ${samples} samples in WebAssembly`);
    const began = Date.now();
    await bob.write("the first of bob");
    await until("it is sent", async () => (await page.getByText("the first of bob").count()) === 1 && !(await bob.conversation()).includes("Sending…"));
    t.diagnostic(`the first message took ${Date.now() - began} ms, with what the test itself takes`);
    assert.equal(samples, 0, "all WebAssembly runs in the worker");
    assert.ok(rows < 300, "only part of the messages is in the page");
    assert.deepEqual(long, [], `tasks above ${LONG} ms with WebAssembly`);
  });
});
