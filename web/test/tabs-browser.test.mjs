// Tabs that share a machine.
import assert from "node:assert/strict";
import { after, afterEach, before, describe, test } from "node:test";
import { setTimeout } from "node:timers/promises";
import chromium from "./browsers/chromium.mjs";
import firefox, { launch } from "./browsers/firefox.mjs";
import { launchFreezable } from "./browsers/freezable.mjs";
import { Application, until } from "./machines/application.mjs";

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
}
