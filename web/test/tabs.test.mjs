// Tabs that share a machine, in a world without a browser, where time passes at once:
// who becomes the owner and when, and what becomes of the calls. What real browsers do
// is in tabs-browser.test.mjs, and what comes of it at random in tabs-random.test.mjs.
import assert from "node:assert/strict";
import { test } from "node:test";
import { count, Random, seed } from "./random.mjs";
import { SimulatedTab, Store } from "./tabs/machines.mjs";
import { World } from "./tabs/world.mjs";

/** Some tabs, of which the first is the owner, and all others wait in the order in which they came. */
async function open(n, options) {
  const world = new World();
  const store = new Store();
  const tabs = [];
  for (let i = 0; i < n; i++) {
    const tab = new SimulatedTab(world, store, options);
    tabs.push(tab);
    assert.ok(await world.until(() => tab.role !== undefined));
    await world.pass(37); // their questions do not come at the same moment
  }
  await world.pass(3000); // until it is known who is next
  assert.deepEqual(tabs.map(({ role }) => role), ["owner", ...Array(n - 1).fill("guest")]);
  return { world, store, tabs };
}

/** Waits until a call has ended, and returns how long that took since a moment. */
async function took(world, said, since) {
  assert.ok(await world.until(() => said.ended !== undefined), `there is no answer to ${said.text}`);
  return said.ended - since;
}

test("calls of all tabs are made by the owner", async () => {
  const { world, store, tabs } = await open(3);
  const said = tabs.map((tab, i) => tab.call(`from ${i}`));
  await world.pass(100);
  assert.deepEqual(said.map(({ answer }) => answer), ["from 0", "from 1", "from 2"]);
  assert.deepEqual(store.written.map(({ text }) => text).sort(), ["from 0", "from 1", "from 2"]);
  assert.deepEqual(tabs.map(({ opened }) => opened), [1, 0, 0]);
  assert.deepEqual(tabs.map(({ checks }) => checks), [0, 1, 1]); // a guest tries its key on the store first
});

test("a guest with another key does not use the machine of the owner", async () => {
  const { world, store } = await open(1);
  const stranger = new SimulatedTab(world, store, { key: 9 });
  const said = stranger.call("from a stranger");
  await world.pass(3000);
  assert.deepEqual([stranger.roles.at(-1), said.answer, said.code], ["ERR_STORE_KEY", undefined, "ERR_STORE_KEY"]);
  assert.equal(store.written.length, 0);
});

test("when the owner ends, the next one has its place at once, and makes all calls that were under way", async () => {
  const { world, store, tabs: [a, b, c] } = await open(3);
  await took(world, b.call("before"), world.now);
  const said = [b.call("from b"), c.call("from c")];
  const killed = world.now;
  a.page.kill();
  for (const one of said) {
    const ms = await took(world, one, killed);
    assert.ok(ms < 200, `it took ${ms} ms`);
    assert.equal(one.epoch, 2);
  }
  assert.deepEqual([b.role, c.role], ["owner", "guest"]);
  const last = c.call("by the next one");
  assert.ok((await took(world, last, world.now)) < 50);
  assert.deepEqual(store.written.map(({ text }) => text).sort(), ["before", "by the next one", "from b", "from c"]); // each once
});

test("when the owner is closed, the next one has its place at once", async () => {
  const { world, tabs: [a, b] } = await open(2);
  const closed = world.now;
  void a.tab.call("machine_close", new Uint8Array());
  await world.pass(1);
  assert.ok((await took(world, b.call("from b"), closed)) < 200);
  assert.equal(b.role, "owner");
});

test("the first of those who wait has ready what it takes, and no other", async () => {
  const { world, store, tabs: [a, b, c] } = await open(3);
  const prepared = () => [a, b, c].map((tab) => tab.prepared);
  assert.deepEqual(prepared(), [false, true, false]);
  b.page.freeze(); // which waits for nothing any more
  await world.pass(3000);
  assert.deepEqual([a.prepared, c.prepared], [false, true]);
  b.page.thaw();
  const killed = world.now;
  a.page.kill();
  assert.ok((await took(world, c.call("from c"), killed)) < 200);
  await world.pass(3000);
  assert.deepEqual([c.role, b.role, b.prepared], ["owner", "guest", true]);
  assert.equal(store.epoch, 2);
});

test("an owner that is kept busy is robbed after little more than a second, if something waits", async () => {
  const { world, store, tabs: [a, b, c] } = await open(3);
  await world.pass(100);
  const began = world.now;
  a.page.stick(20_000);
  const own = a.call("in its own page"); // it cannot be made there any more
  const said = [b.call("from b"), c.call("from c")];
  const times = [];
  for (const one of said) times.push(await took(world, one, began));
  assert.ok(Math.max(...times) < 2000, `it took ${times} ms`);
  assert.ok(Math.min(...times) > 1000, "and not by any pause");
  assert.deepEqual([b.role, c.role, store.epoch], ["owner", "guest", 2]);
  await world.pass(30_000);
  assert.equal(a.role, "guest"); // it has woken, and found itself without the store
  assert.equal(own.epoch, 2);
  assert.equal(store.written.filter(({ text }) => text === "in its own page").length, 1);
  assert.deepEqual([store.epoch, a.opened, b.opened, c.opened], [2, 1, 1, 0]);
});

test("if nothing waits, it is robbed later", async () => {
  const { world, store, tabs: [a] } = await open(2);
  a.page.stick(1700);
  await world.pass(3000);
  assert.equal(store.epoch, 1);
  a.page.stick(5000);
  await world.pass(3000);
  assert.equal(store.epoch, 2);
});

test("an owner that answers is left alone", async () => {
  const { world, store, tabs: [a, b] } = await open(2);
  for (let i = 0; i < 20; i++) {
    a.page.stick(800);
    b.call(`${i}`);
    await world.pass(1000);
  }
  assert.equal(store.epoch, 1);
  assert.equal(a.role, "owner");
});

test("an owner that tries a passphrase in its page has the time that it takes", async () => {
  const world = new World();
  const store = new Store();
  const tabs = [1, 2, 3].map(() => new SimulatedTab(world, store, { passphrase: "secret" }));
  await world.pass(20_000);
  assert.deepEqual(tabs.map(({ role }) => role), ["owner", "guest", "guest"]);
  assert.equal(store.epoch, 1);
});

test("an owner that is frozen lets go at once, and is a guest when it thaws", async () => {
  const { world, store, tabs: [a, b] } = await open(2);
  const said = b.call("in the frost");
  const frozen = world.now;
  a.page.freeze();
  assert.ok((await took(world, said, frozen)) < 300);
  await world.pass(20_000);
  assert.equal(store.epoch, 2); // b does not lose it to a page that is asleep
  const own = a.call("of its own");
  a.page.thaw();
  await took(world, own, world.now);
  assert.deepEqual([a.role, b.role, own.epoch, store.epoch], ["guest", "owner", 2, 2]);
});

test("a tab that comes when all others are frozen has the store nevertheless", async () => {
  const { world, store, tabs } = await open(2);
  for (const { page } of tabs) page.freeze(); // what the first has of the store, it lets go of when it thaws
  await world.pass(100);
  const late = new SimulatedTab(world, store);
  await world.pass(1000);
  assert.deepEqual([late.role, store.epoch], ["owner", 2]);
  for (const { page } of tabs) page.thaw();
  await world.pass(5000);
  assert.deepEqual(tabs.map(({ role }) => role), ["guest", "guest"]);
  assert.equal(store.epoch, 2);
});

test("a tab that is the only one does not rob a page that does not share", async () => {
  const world = new World();
  const other = new SimulatedTab(world, new Store());
  other.tab.release();
  void other.page.locks.request("mudpuppy:store", () => new Promise(() => {}));
  await world.pass(1000);
  const tab = new SimulatedTab(world, new Store());
  await world.pass(30_000);
  assert.equal(tab.role, "ERR_STORE_BUSY");
});

test("a tab waits for what is left of a page that was closed", async () => {
  const world = new World();
  const other = new SimulatedTab(world, new Store());
  other.tab.release();
  let letGo;
  void other.page.locks.request("mudpuppy:store", () => new Promise((resolve) => (letGo = resolve)));
  await world.pass(1000);
  const tab = new SimulatedTab(world, new Store());
  await world.pass(11_000); // one that is silent is robbed after ten seconds, by package store/owner
  assert.equal(tab.role, undefined);
  letGo();
  await world.pass(1000);
  assert.equal(tab.role, "owner");
});

test("what the owner before answers is not believed", async () => {
  const { world, tabs: [a, b] } = await open(2);
  const said = b.call("asked of a");
  await world.pass(3); // it is being made
  a.page.stick(5000); // and answered when b is the owner
  await took(world, said, world.now);
  assert.equal(said.epoch, 2);
  const later = Array.from({ length: 5 }, (_, i) => b.call(`later ${i}`));
  await world.pass(10_000);
  assert.deepEqual(later.map(({ answer, epoch }) => [answer, epoch]), later.map(({ text }) => [text, 2]));
});

test("a guest does not take the answer of one owner for that of the next", async () => {
  const { world, tabs: [a, b, c] } = await open(3);
  const said = c.call("which takes a second", "machine_recall");
  await world.pass(3);
  a.page.stick(2000); // it answers then, when c waits for the answer of b
  await took(world, said, world.now);
  assert.deepEqual([said.answer, said.epoch, b.role, c.role], ["which takes a second", 2, "owner", "guest"]);
});

test("a page that thaws robs nobody", async () => {
  const { world, store, tabs: [a, b] } = await open(2);
  for (const ms of [0, 1, 10_000]) {
    b.page.freeze();
    if (ms) await world.pass(ms);
    b.page.thaw();
    await world.pass(5000);
    assert.deepEqual([a.role, b.role, store.epoch], ["owner", "guest", 1]);
  }
});

test("a store that somebody else has claimed is given up, and nobody hears of it", async () => {
  const { world, store, tabs: [a, b] } = await open(2);
  store.epoch++; // somebody who does not take part
  const said = [a.call("from a"), b.call("from b")];
  for (const one of said) await took(world, one, world.now);
  assert.deepEqual(said.map(({ answer, code }) => [answer, code]), [["from a", undefined], ["from b", undefined]]);
  assert.deepEqual([a.role, b.role], ["guest", "owner"]);
});

test("what must be done once is not made again", async () => {
  const { world, tabs: [a, b] } = await open(2);
  const said = b.call("once", "machine_encryptToDevice");
  await world.pass(2);
  a.page.kill();
  await took(world, said, world.now);
  assert.equal(said.code, "ERR_INTERRUPTED");
});

test("a call that loses its owner again and again is given up", async () => {
  const { world, store, tabs } = await open(8);
  const said = tabs.at(-1).call("fatal");
  for (const tab of tabs.slice(0, -1)) {
    await world.until(() => tab.tab.isOwner);
    await world.pass(4);
    if (said.ended) break;
    tab.page.kill();
  }
  await took(world, said, world.now);
  assert.equal(said.code, "ERR_INTERRUPTED");
  assert.equal(store.epoch, 6);
});

test("only the owner receives sync", async () => {
  const { world, tabs: [a, b] } = await open(2);
  const refused = b.call("an answer", "machine_receiveSync");
  await world.pass(10);
  assert.equal(refused.code, "ERR_GUEST");
  const dropped = a.call("an answer", "machine_receiveSync");
  await world.pass(1);
  a.page.stick(5000);
  await world.pass(10_000);
  assert.deepEqual([a.role, dropped.answer, dropped.code], ["guest", undefined, "ERR_GUEST"]); // it is not the next owner's
});

test("news reach all tabs, once", async () => {
  const { world, tabs } = await open(3);
  const { pack } = tabs[0].page.tested;
  tabs[0].ear.news(pack(["roomKeys", "!room"]));
  tabs[0].ear.news(pack(["log", "of the owner's tab"]));
  await world.pass(10);
  const news = ["roomKeys", "!room"];
  assert.deepEqual(tabs.map(({ heard }) => heard), [[news, ["log", "of the owner's tab"]], [news], [news]]);
});

/** Cross-signing keys, which only a user who authenticates may upload. */
const upload = { id: "upload", kind: "signing_upload", method: "POST", path: "/", body: {} };
const ok = { status: 200, body: {}, retryAfter: undefined };
const refused = { status: 401, body: {}, retryAfter: undefined };

/** Some tabs that are connected, of which the second has set cross-signing up. */
async function setUp(n) {
  const { world, tabs } = await open(n);
  for (const tab of tabs) tab.connect();
  tabs[0].call("earlier", "machine_setUpCrossSigning");
  await world.pass(100);
  tabs[1].call("later", "machine_setUpCrossSigning");
  await world.pass(100);
  const answers = [];
  const passOn = (tab, request = upload) => tab.tab.passOn(request, (answer) => answers.push(answer?.status));
  return { world, tabs, answers, passOn, asked: () => tabs.map(({ sends }) => sends.length) };
}

test("who has to authenticate for an upload is asked in the tab that called for it", async () => {
  const { world, tabs: [a, b], answers, passOn, asked } = await setUp(3);
  assert.equal(passOn(a, { ...upload, kind: "keys_query" }), false);
  assert.equal(passOn(a), true);
  assert.equal(passOn(a), true);
  await world.pass(10);
  assert.deepEqual([asked(), answers], [[0, 1, 0], []]);
  b.sends[0].answer(ok);
  await world.pass(10);
  assert.deepEqual(answers, [200]);
  a.call("in another tab", "machine_setUpCrossSigning");
  assert.equal(passOn(a), false); // it is the owner's own
});

test("who has refused to authenticate is not asked again before it pumps", async () => {
  const { world, tabs: [a, b], answers, passOn, asked } = await setUp(2);
  passOn(a);
  await world.pass(10);
  b.sends[0].answer(refused);
  await world.pass(10);
  assert.equal(passOn(a), true);
  await world.pass(10);
  assert.deepEqual([asked(), answers], [[0, 1], [401]]);
  void b.tab.pump();
  await world.pass(10);
  assert.equal(passOn(a), true);
  await world.pass(10);
  assert.deepEqual(asked(), [0, 2]);
  b.sends[1].answer({ ...refused, status: 502 }); // which another time may go better
  await world.pass(10);
  passOn(a);
  await world.pass(10);
  assert.deepEqual([asked(), answers], [[0, 3], [401, 502]]);
});

test("if the tab that called for an upload ends, or cannot send it, another one does", async () => {
  for (const ending of ["kill", "close", "cannot"]) {
    const { world, tabs: [a, b], answers, passOn } = await setUp(2);
    passOn(a);
    await world.pass(10);
    if (ending === "kill") b.page.kill();
    if (ending === "close") b.tab.release();
    if (ending === "cannot") b.sends[0].answer(undefined);
    await world.pass(10);
    assert.deepEqual(answers, [undefined], ending);
    assert.equal(passOn(a), false, ending);
  }
});

test("the next owner asks the same tab", async () => {
  const { world, tabs: [a, b, c], passOn, asked } = await setUp(3);
  b.page.freeze(); // so that c is the next owner
  b.page.thaw();
  await world.pass(100);
  assert.equal(a.role, "owner"); // who thaws robs nobody
  a.page.kill();
  await world.until(() => c.role === "owner");
  await world.pass(100);
  assert.equal(passOn(c), true);
  await world.pass(10);
  assert.deepEqual(asked(), [0, 1, 0]);
});

test("a tab that pumps has the owner's tab send", async () => {
  const { world, tabs: [a, b] } = await setUp(2);
  const before = [a.pumps, b.pumps];
  let done = false;
  void b.tab.pump().then(() => (done = true));
  await world.pass(20);
  assert.deepEqual([a.pumps, b.pumps, done], [before[0] + 1, before[1], true]);
});

test(`at random, every call has its answer, seed ${seed}`, async () => {
  for (let run = 0; run < count(50); run++) {
    const random = new Random(seed + run);
    const [world, store] = [new World(), new Store()];
    const all = []; // the calls of each tab
    let tabs = [];
    const end = (tab) => (tabs = tabs.filter((other) => other !== tab));
    const faults = {
      open: () => tabs.length < 5 && all.push({ tab: tabs[tabs.push(new SimulatedTab(world, store)) - 1], calls: [] }),
      close: (tab) => (end(tab), tab.tab.release()),
      kill: (tab) => (end(tab), tab.page.kill()),
      stick: (tab) => tab.page.stick(random.below(6000)),
      freeze: (tab) => (tab.page.freeze(), world.after(random.below(6000), () => tab.page.isAlive && tab.page.thaw())),
    };
    for (let i = 0; i < 40; i++) {
      const fault = tabs.length < 2 ? "open" : random.pick(Object.keys(faults));
      const owner = tabs.find((tab) => tab.role === "owner");
      faults[fault](owner && random.chance(60) ? owner : random.pick(tabs));
      for (const { tab, calls } of all) if (tabs.includes(tab) && random.chance(70)) calls.push(tab.call(`${run}.${i}`, random.pick(["machine_say", "machine_say", "machine_recall"])));
      await world.pass(random.pick([0, 1, 2, 5, 50, random.below(3000)]));
    }
    await world.pass(40_000);
    const living = all.filter(({ tab }) => tabs.includes(tab));
    assert.deepEqual(living.map(({ tab }) => tab.role).sort(), [...living.slice(1).map(() => "guest"), "owner"], `run ${run}`);
    for (const { text, answer, code, epoch } of living.flatMap(({ calls }) => calls)) {
      assert.ok((answer === text && epoch <= store.epoch) || code === "ERR_INTERRUPTED", `run ${run}: ${text}: ${answer} ${code} ${epoch}`);
    }
  }
});
