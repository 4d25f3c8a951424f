// A room with many members' devices and a long past, in Chromium: it opens and scrolls
// with no task above 100 ms that ran WebAssembly, and a first message leaves soon. The
// room of `make test` is a small one; that of `make test-long` has 200 members and 5,000
// messages:
//
//	MEMBERS=200 MESSAGES=5000 node --test test/load.test.mjs
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { after, before, describe, test } from "node:test";
import { connect, init, memoryStore, OlmMachine } from "mudpuppy";
import { password } from "../../../internal/testserver/server.mjs";
import chromium from "./drivers/chromium.mjs";
import { until } from "./drivers/driver.mjs";
import { by } from "./person.mjs";
import { noServer, World } from "./world.mjs";

const isLong = Boolean(process.env.MUDPUPPY_LONG);
const MEMBERS = Number(process.env.MEMBERS ?? (isLong ? 200 : 20));
const MESSAGES = Number(process.env.MESSAGES ?? (isLong ? 5000 : 400));
const LONG = 100; // milliseconds
const AT_ONCE = 4;
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

/** Does something for each number below count, a few at a time. */
async function forAll(count, act) {
  let next = 0;
  const work = async () => {
    while (next < count) await act(next++);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
}

/** How long something takes, in milliseconds. */
async function timed(act) {
  const began = performance.now();
  await act();
  return Math.round(performance.now() - began);
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
    const frames = new Map(profile.nodes.map(({ id, callFrame }) => [id, callFrame]));
    let at = profile.startTime;
    const samples = profile.samples.map((id, i) => ({ at: ((at += profile.timeDeltas[i]) - origin) / 1000, frame: frames.get(id) }));
    const tasks = await page.evaluate(() => window.tasks);
    const within = ({ startTime, duration }) => samples.filter(({ at }) => at >= startTime && at <= startTime + duration);
    return {
      samples: samples.filter(isWasm).length,
      tasks: tasks.map((task) => ({ ...task, wasm: within(task).filter(isWasm).length, mostly: mostly(within(task)) })),
    };
  };
}

const isWasm = ({ frame }) => /^wasm:|\.wasm$/.test(frame.url);

/** What most samples are of: the names of functions, with how many. */
function mostly(samples) {
  const counts = new Map();
  for (const { frame } of samples) counts.set(frame.functionName, (counts.get(frame.functionName) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1]).slice(0, 4).map(([name, count]) => `${name || "?"} ${count}`).join(", ");
}

/** Scrolls up until the room begins, and from there to the first message, which comes after all who joined. It runs in the page. */
async function scrollToBeginning() {
  const scroller = document.querySelector(".scroller");
  while (!scroller.querySelector(".notice-row")?.textContent.startsWith("This is where")) {
    scroller.scrollTo(0, 0);
    await new Promise(requestAnimationFrame);
  }
  while (!scroller.querySelector(".message")) {
    scroller.scrollBy(0, 100);
    await new Promise(requestAnimationFrame);
  }
}

/** Notes when a message is given to the page to send, and when the server has it. It runs in the page. */
function noteSending() {
  addEventListener("click", () => (window.clicked ??= performance.now()), true);
  const isMessage = ({ name }) => name.includes("/send/m.room.encrypted/");
  new PerformanceObserver((list) => (window.sent ??= list.getEntries().find(isMessage)?.responseEnd)).observe({ type: "resource" });
}

describe(`a room with ${MEMBERS} members and ${MESSAGES} messages`, { skip }, () => {
  let world, browser, alice, bob, room, preparing;

  before(async () => {
    // The homeserver waits for the disk after each message, which takes most of the time.
    if (existsSync("/dev/shm")) process.env.TMPDIR = "/dev/shm";
    await init();
    world = await World.begin();
    browser = await chromium.open(chromium.find());
    await world.register("bob");
    bob = await world.enter(browser, "bob");
    alice = await Device.open(world, "alice");
    const request = { name: "Pond", preset: "public_chat", invite: ["@bob:test"], initial_state: [{ type: "m.room.encryption", state_key: "", content: { algorithm: "m.megolm.v1.aes-sha2", rotation_period_msgs: 100 } }] };
    room = (await alice.client.ask("POST", "/_matrix/client/v3/createRoom", request)).room_id;
    await bob.accept("Pond");
    await bob.page.goto("about:blank"); // and comes back when all is said
    const members = ["@alice:test", "@bob:test"];
    const joining = await timed(() => forAll(MEMBERS, async (i) => {
      const { client, machine } = await Device.open(world, `member-${i}`);
      await client.join(room);
      members.push(client.userId);
      await machine.close();
    }));
    await alice.sync();
    const speaking = await timed(async () => {
      for (let i = 0; i < MESSAGES; i++) {
        const content = await alice.connection.encrypt(room, members, "m.room.message", { msgtype: "m.text", body: `message ${i} of the past` });
        await alice.client.sendEvent(room, "m.room.encrypted", content);
        if (i % 100 === 99) await alice.sync();
      }
    });
    preparing = `to get there took ${joining} ms for the members, ${speaking} ms for the messages`;
  });
  after(async () => {
    await alice?.machine.close();
    await world?.end();
    await browser?.close();
  });

  test("opens, scrolls, and is written in", async (t) => {
    const { page } = bob.page;
    await page.goto(world.chat.url);
    await bob.sees(by("button", "New room"));
    const stop = await watch(page);
    const opening = await timed(async () => {
      await bob.openRoom("Pond");
      await bob.reads(`message ${MESSAGES - 1} of the past`);
    });
    const scrolling = await timed(async () => {
      await page.evaluate(scrollToBeginning);
      await bob.reads("message 0 of the past");
    });
    const rows = await page.evaluate(() => document.querySelectorAll(".message").length);
    const { tasks, samples } = await stop();
    const longest = tasks.sort((a, b) => b.duration - a.duration)[0];
    const long = tasks.filter(({ duration, wasm }) => duration > LONG && wasm > 0);
    t.diagnostic(preparing);
    t.diagnostic(`it opened in ${opening} ms, and scrolled to its beginning in ${scrolling} ms, with what the test itself takes`);
    t.diagnostic(`${rows} messages in the page; ${tasks.length} tasks above 50 ms, the longest ${longest?.duration ?? 0} ms (${longest?.mostly}); ${samples} samples in WebAssembly`);
    await page.evaluate(noteSending);
    await bob.write("the first of bob");
    await until("it is sent", () => page.evaluate(() => window.sent !== undefined));
    t.diagnostic(`the first message, whose key went to ${MEMBERS + 1} others, was with the server ${await page.evaluate(() => Math.round(window.sent - window.clicked))} ms after it was written`);
    assert.equal(samples, 0, "all WebAssembly runs in the worker");
    assert.ok(rows < 300, "only part of the messages is in the page");
    assert.deepEqual(long, [], `tasks above ${LONG} ms with WebAssembly`);
  });
});
