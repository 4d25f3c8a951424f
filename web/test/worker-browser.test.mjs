// That a page whose machine is in a worker runs no WebAssembly itself, whatever it has
// done: by a policy that forbids the page to, by what it fetches and, in Chromium, by the
// CPU profile of its thread.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import chromium from "./browsers/chromium.mjs";
import firefox, { launch } from "./browsers/firefox.mjs";
import { launchFreezable } from "./browsers/freezable.mjs";
import { outcomeOf } from "./browsers/page.mjs";
import { Homeserver } from "./machines/homeserver.mjs";
import { LibolmClient } from "./machines/libolm.mjs";
import { makeRoomKeys } from "./machines/roomkeys.mjs";
import { siteOfMachines } from "./machines/site.mjs";

for (const [{ name, missing, find }, start] of [[chromium, launchFreezable], [firefox, launch]]) {
  const executable = find();
  describe(`the thread of a page in ${name}`, { skip: executable ? false : missing }, () => declare(() => start(executable), name));
}

function declare(start, name) {
  let browser;

  before(async () => {
    browser = await start();
  });
  after(() => browser?.close());

  /** Opens a page, with a homeserver, a browser context and so a thread of its own. */
  async function open(address) {
    const homeserver = new Homeserver();
    const server = await siteOfMachines(homeserver);
    const context = await browser.createBrowserContext();
    const page = await context.newPage();
    await page.goto(`${server.url}/${address}`);
    await outcomeOf(page);
    const call = (method, ...given) => page.evaluate(`window.machines.${method}(${given.map((value) => JSON.stringify(value))}).catch((error) => "" + error.stack)`);
    const close = async () => {
      await context.close();
      server.close();
      homeserver.close();
    };
    return { page, call, homeserver, close };
  }

  /** Two devices talk, files are encrypted, keys exported and imported, and a device is taken over. */
  async function doAll({ call, homeserver }) {
    assert.deepEqual((await call("begin"))[0], ["before the page was reloaded"]);
    assert.deepEqual(await call("files"), [10, 100_000, 12 << 20]);
    assert.deepEqual(await call("roomKeys", await makeRoomKeys(300)), [300, 300, []]);
    const old = await LibolmClient.open(homeserver, `@old:${name}.org`, "OLD");
    const { keys, report } = await call("takeOver", { ...old.kept(), rooms: [["!old:example.org", { algorithm: "m.megolm.v1.aes-sha2" }]] }, old.userId, old.deviceId);
    assert.deepEqual([keys, report.rooms.taken, report.failures], [old.keys, 1, []]);
  }

  test("it needs no WebAssembly for anything, and fetches none", async () => {
    const page = await open("forbidden.html?worker");
    assert.equal(await page.call("mayRun"), false);
    await doAll(page);
    assert.deepEqual(await page.call("fetched"), []);
    await page.close();
    const other = await open("page.html");
    assert.equal(await other.call("mayRun"), true);
    assert.deepEqual((await other.call("fetched")).map((address) => address.split("/").at(-1)), ["mudpuppy.wasm"]); // it would be told
    await other.close();
  });

  test("its profile shows none", { skip: name !== "chromium" && "there are no profiles here" }, async () => {
    /** The functions of WebAssembly that it runs meanwhile. */
    async function wasmFunctions(where) {
      const page = await open(`page.html${where}`);
      const session = await page.page.createCDPSession();
      await session.send("Profiler.enable");
      await session.send("Profiler.setSamplingInterval", { interval: 100 });
      await session.send("Profiler.start");
      await doAll(page);
      const { profile } = await session.send("Profiler.stop");
      await page.close();
      assert.ok(profile.nodes.length > 10, "there is no profile");
      return new Set(profile.nodes.filter(({ callFrame }) => /^wasm:|\.wasm$/.test(callFrame.url)).map(({ callFrame }) => callFrame.functionName)).size;
    }
    assert.ok((await wasmFunctions("")) > 10, "the profile does not tell");
    assert.equal(await wasmFunctions("?worker"), 0);
  });
}
