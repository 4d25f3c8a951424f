// Tabs that share a machine.
import assert from "node:assert/strict";
import { after, afterEach, before, describe, test } from "node:test";
import { setTimeout } from "node:timers/promises";
import chromium from "./browsers/chromium.mjs";
import firefox, { launch } from "./browsers/firefox.mjs";
import { launchFreezable } from "./browsers/freezable.mjs";
import { alice, Application, bob, until } from "./machines/application.mjs";
import { makeRoomKeys } from "./machines/roomkeys.mjs";

const places = { "": "in the pages", "?worker": "in workers" };

for (const [{ name, missing, find }, start] of [[chromium, launchFreezable], [firefox, launch]]) {
  const executable = find();
  for (const where of Object.keys(places)) {
    describe(`tabs in ${name}, machines ${places[where]}`, { skip: executable ? false : missing }, () => declare(() => start(executable), where, name));
  }
}

function declare(start, where, name) {
  let browser, app;

  before(async () => {
    browser = await start();
    app = await Application.start(browser, where);
  });
  after(async () => {
    await browser?.close();
    app?.close();
  });

  test("one owns the machine, and others work through it, until one takes its place", async () => {
    const [a, b, c] = [await app.newTab(), await app.newTab(), await app.newTab()];
    assert.equal(await app.open(a), "owner");
    await app.makeRoom(a);
    assert.equal(await app.open(b), "guest");
    assert.equal(await app.open(c), "guest");
    assert.deepEqual(await b.keys(), await a.keys());
    assert.equal(await b.instance(), true);
    await Promise.all([a.say("from a"), b.say("from b"), c.say("from c")]);
    await app.sync();
    assert.deepEqual([...app.read.values()].map(({ body }) => body).sort(), ["from a", "from b", "from c"]);

    await app.bobSays("to all");
    for (const tab of [a, b, c]) await until("a tab reads it", async () => (await tab.texts()).includes("to all"));
    for (const tab of [b, c]) assert.ok((await tab.heard()).includes("roomKeys"));
    assert.equal(await b.do("receiveSync", {}), "failed: ERR_GUEST");

    await b.close(); // a guest, which leaves the others as they are
    assert.equal(await b.do("trackUsers", []), "failed: ERR_CLOSED");
    await a.say("b is gone");
    await a.close();
    await c.say("so is a");
    assert.equal(await c.role(), "owner");
    await app.sync();
    assert.deepEqual([...app.read.values()].map(({ body }) => body).slice(-2), ["b is gone", "so is a"]);
    await c.close();
    for (const { page } of [a, b, c]) await page.close();
  });

  test("who has another key, another device or another version is told so", async () => {
    const [a, b] = [await app.newTab(), await app.newTab()];
    await app.open(a);
    const wrong = (options) => b.page.evaluate((options) => window.tab.open({ ...options, ...(options.key && { key: new Uint8Array(32) }) }), options);
    assert.equal(await wrong({ key: true }), "failed: ERR_STORE_KEY");
    assert.equal(await wrong({ deviceId: "OTHER" }), "failed: ERR_OTHER_DEVICE");
    assert.equal(await b.page.evaluate(() => window.tab.open({ key: undefined, unsealed: true })), "failed: ERR_STORE_SEALED");
    assert.equal(await b.page.evaluate(() => window.tab.open({ store: {} })), "failed: ERR_ARGUMENT");
    assert.equal(await b.page.evaluate(() => window.tab.open({ signal: AbortSignal.abort() })), "failed: ERR_ABORTED");

    // As a tab of another version would ask.
    const refused = await b.page.evaluate(async () => {
      const [all, own] = [new BroadcastChannel("mudpuppy tabs:tabs"), new BroadcastChannel("mudpuppy tabs:tabs:old")];
      const answer = new Promise((resolve) => (own.onmessage = ({ data }) => resolve(data)));
      all.onmessage = ({ data }) => data.here && all.postMessage({ join: { id: "old", build: "another" }, owner: data.here });
      all.postMessage({ ask: true });
      return answer;
    });
    assert.equal(refused.refused.code, "ERR_OTHER_VERSION");

    assert.equal(await app.open(b), "guest"); // nothing of that has done any harm
    await b.close();
    await a.close();
    for (const { page } of [a, b]) await page.close();
  });

  test("a tab that is killed is replaced, with what it was asked for", async () => {
    const [a, b, c] = [await app.newTab(), await app.newTab(), await app.newTab()];
    for (const tab of [a, b, c]) await app.open(tab);
    await b.say("first"); // so that there is a room key
    const saying = Array.from({ length: 20 }, (_, i) => [b, c][i % 2].say(`under way ${i}`));
    await a.page.close();
    for (const said of await Promise.all(saying)) assert.match(said, /^\$/);
    assert.equal(await b.role(), "owner");
    assert.equal(await c.role(), "guest");
    await app.sync();
    const bodies = [...app.read.values()].map(({ body }) => body).filter((body) => body.startsWith("under way"));
    assert.equal(bodies.length, 20);
    assert.equal(new Set(bodies).size, 20);
    for (const tab of [c, b]) await tab.close();
    for (const { page } of [b, c]) await page.close();
  });

  test("a worker that ends is replaced", { skip: where === "" && "there is none" }, async () => {
    const [a, b] = [await app.newTab(), await app.newTab()];
    for (const tab of [a, b]) await app.open(tab);
    const saying = [a.say("before its end"), b.say("with it")];
    await a.endWorker();
    for (const said of await Promise.all(saying)) assert.match(said, /^\$/);
    await until("the other owns it", async () => (await b.role()) === "owner");
    await b.endWorker();
    for (const tab of [a, b]) assert.match(await tab.say("after it"), /^\$/);
    for (const tab of [a, b]) await tab.close();
    for (const { page } of [a, b]) await page.close();
  });

  test("what was done once is not done again by the next owner", async () => {
    const [a, b] = [await app.newTab(), await app.newTab()];
    for (const tab of [a, b]) await app.open(tab);
    const [request] = await a.do("outgoingRequests").then((all) => (all.length ? all : [{ id: "none" }]));
    assert.equal(await b.do("markSent", "nothing", {}), "failed: ERR_UNKNOWN_REQUEST");
    await a.close();
    await until("the other owns it", async () => (await b.role()) === "owner");
    assert.equal(await b.do("markSent", request.id, {}), undefined); // as a may have marked it
    assert.equal(await b.do("setUpCrossSigning", false), undefined);
    assert.equal(await b.do("setUpCrossSigning", false), undefined);
    await b.close();
    for (const { page } of [a, b]) await page.close();
  });

  test("a guest is told how far its import is, and ends it", async () => {
    const [a, b] = [await app.newTab(), await app.newTab()];
    for (const tab of [a, b]) await app.open(tab);
    const keys = await makeRoomKeys(1200);
    assert.equal(await b.importKeys(keys, true), "failed: ERR_ABORTED");
    const { told, all } = await b.importKeys(keys);
    assert.ok(told.length > 1, `it was told ${told.length} times`);
    assert.deepEqual([told.at(-1), all], [1200, 1200]);
    for (const tab of [b, a]) await tab.close();
    for (const { page } of [a, b]) await page.close();
  });

  test("the user authenticates in the tab that has asked for it, and nobody else waits for that", async () => {
    const [a, b, c] = [await app.newTab(), await app.newTab(), await app.newTab()];
    for (const tab of [a, b, c]) await app.open(tab);
    if (!app.room) for (const tab of [a, b, c]) await (app.room ? tab.enter(app.room, [alice, bob]) : app.makeRoom(tab));
    app.homeserver.wantsAuthentication = true;
    const asked = () => Promise.all([a, b, c].map((tab) => tab.challenges().then(({ length }) => length)));
    assert.equal(await b.do("setUpCrossSigning", true), undefined);
    const pumped = b.pump();
    await until("it is asked", async () => (await b.challenges()).length > 0);
    await app.bobSays("meanwhile");
    assert.match(await c.say("meanwhile"), /^\$/); // though the user takes long
    await b.authenticate(); // gives up
    assert.equal(await pumped, "failed: ERR_REQUEST");
    assert.equal(await c.pump(), undefined);
    assert.deepEqual(await asked(), [0, 1, 0]);

    const again = b.pump();
    await until("it is asked again", async () => (await b.challenges()).length > 1);
    await a.page.close(); // the next owner asks for the same
    await until("there is another owner", async () => (await Promise.all([b.role(), c.role()])).includes("owner"));
    await b.authenticate({ type: "m.login.dummy", session: "s" });
    assert.equal(await again, undefined);
    app.homeserver.wantsAuthentication = false;
    assert.deepEqual((await b.do("outgoingRequests")).filter(({ kind }) => kind === "signing_upload"), []);
    assert.deepEqual(await c.challenges(), []);
    for (const tab of [b, c]) await tab.close();
    for (const { page } of [b, c]) await page.close();
  });

  test("an owner that does not answer is robbed, and is a guest afterwards", async () => {
    const [a, b] = [await app.newTab(), await app.newTab()];
    for (const tab of [a, b]) await app.open(tab);
    await b.say("before it is stuck");
    const stuck = a.stick(8000);
    const began = Date.now();
    await b.say("while it is stuck");
    assert.ok(Date.now() - began < 7500, `it took ${Date.now() - began} ms`);
    assert.equal(await b.role(), "owner");
    await stuck;
    await a.say("afterwards");
    await until("it knows", async () => (await a.role()) === "guest");
    for (const tab of [a, b]) await tab.close();
    for (const { page } of [a, b]) await page.close();
  });

  test("what the homeserver does not answer holds nobody up after a takeover", async () => {
    const [a, b] = [await app.newTab(), await app.newTab()];
    for (const tab of [a, b]) await app.open(tab);
    if (!app.room) for (const tab of [a, b]) await (app.room ? tab.enter(app.room, [alice, bob]) : app.makeRoom(tab));
    app.homeserver.silentAbout = "/keys/query";
    await a.do("trackUsers", ["@carol:example.org"]);
    const pumped = b.pump();
    await setTimeout(300);
    app.homeserver.silentAbout = undefined; // but what was asked before stays without an answer
    await a.stick(3000);
    assert.equal(await pumped, undefined);
    await until("it knows", async () => (await a.role()) === "guest");
    await b.page.close();
    assert.match(await a.say("as the owner again"), /^\$/);
    assert.equal(await a.pump(), undefined);
    assert.equal(await a.role(), "owner");
    await a.close();
    await a.page.close();
  });

  test("an owner that is frozen lets go, and wakes as a guest", { skip: name !== "chromium" && "pages cannot be frozen here" }, async () => {
    const [a, b] = [await app.newTab(), await app.newTab()];
    for (const tab of [a, b]) await app.open(tab);
    await b.say("before the frost");
    const devtools = await a.page.createCDPSession();
    await devtools.send("Page.setWebLifecycleState", { state: "frozen" });
    const began = Date.now();
    await b.say("in the frost");
    assert.ok(Date.now() - began < 10_000, `it took ${Date.now() - began} ms`);
    assert.equal(await b.role(), "owner");
    await devtools.send("Page.setWebLifecycleState", { state: "active" });
    await until("it knows", async () => (await a.role()) === "guest");
    await a.say("after the frost");
    assert.equal(await b.role(), "owner");
    await app.bobSays("it thaws");
    for (const tab of [a, b]) await until("a tab reads it", async () => (await tab.texts()).includes("it thaws"));
    await a.close();
    await b.close();
    for (const { page } of [a, b]) await page.close();
  });
}
