// That a page whose machine is in a worker runs no WebAssembly itself: by the CPU
// profile of its thread, in Chromium.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import chromium from "./browsers/chromium.mjs";
import { launchFreezable } from "./browsers/freezable.mjs";
import { outcomeOf } from "./browsers/page.mjs";
import { Homeserver } from "./machines/homeserver.mjs";
import { siteOfMachines } from "./machines/site.mjs";

const executable = chromium.find();
const skip = executable ? false : `Chromium is ${chromium.missing}`;
let browser;

before(async () => {
  if (skip) return;
  browser = await launchFreezable(executable);
});
after(() => browser?.close());

/** The functions of WebAssembly that the thread of a page runs while two devices talk. */
async function wasmFunctions(where) {
  const homeserver = new Homeserver();
  const server = await siteOfMachines(homeserver);
  const context = await browser.createBrowserContext();
  const page = await context.newPage();
  const session = await page.createCDPSession();
  await page.goto(`${server.url}/page.html${where}`); // which makes a new thread
  await outcomeOf(page);
  await session.send("Profiler.enable");
  await session.send("Profiler.setSamplingInterval", { interval: 100 });
  await session.send("Profiler.start");
  assert.deepEqual((await page.evaluate("window.machines.begin()"))[0], ["before the page was reloaded"]);
  const { profile } = await session.send("Profiler.stop");
  await context.close();
  server.close();
  homeserver.close();
  assert.ok(profile.nodes.length > 10, "there is no profile");
  return new Set(profile.nodes.filter(({ callFrame }) => /^wasm:|\.wasm$/.test(callFrame.url)).map(({ callFrame }) => callFrame.functionName)).size;
}

test("the thread of a page runs no WebAssembly if the machine is in a worker", { skip }, async () => {
  assert.ok((await wasmFunctions("")) > 10, "the profile does not tell");
  assert.equal(await wasmFunctions("?worker"), 0);
});
