// An import that ends early in Chromium, over sealed IndexedDB: because its page was
// reloaded, or the browser killed with all its processes. It is made again.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { setTimeout } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { init, memoryStore, OlmMachine } from "mudpuppy";
import chromium from "./browsers/chromium.mjs";
import { makeRoomKeys } from "./machines/roomkeys.mjs";
import { serve, strict } from "./serve.mjs";

const COUNT = 3000;
const LIMIT = 90_000;

const path = (relative) => fileURLToPath(new URL(relative, import.meta.url));
const executable = chromium.find();

describe("an import that ends early, in Chromium", { skip: executable ? false : chromium.missing }, () => {
  let server, folder, browser, keys, file;
  /** What is done about what the page tells; what it returns goes back to the page. */
  let told = () => ({});

  before(async () => {
    await init();
    keys = await makeRoomKeys(COUNT);
    const machine = await OlmMachine.open({ userId: "@bob:example.org", deviceId: "B", store: memoryStore(), unsealed: true });
    await machine.importRoomKeys(keys);
    file = await (await machine.exportRoomKeys({ passphrase: "secret", rounds: 1000 })).text();
    await machine.close();
    server = await serve({
      "/mudpuppy/": { folder: path("node_modules/mudpuppy"), headers: strict },
      "/keys.txt": { answer: async () => new Response(file) },
      "/tell": { answer: async ({ body }) => Response.json(told(JSON.parse(body)) ?? {}) },
      "/": { folder: path("machines"), headers: strict },
    });
  });
  after(() => server?.close());

  /** Starts the browser with the page, over what it left in its folder. */
  async function start() {
    for (const name of await readdir(folder)) { // what the killed one left to keep others out
      if (name.startsWith("Singleton")) await rm(join(folder, name), { force: true });
    }
    const quiet = ["disable-gpu", "disable-quic", "no-first-run", "disable-background-networking", "disable-component-update", "disable-sync"];
    if (process.getuid?.() === 0) quiet.push("no-sandbox");
    const flags = ["--headless=new", `--user-data-dir=${folder}`, ...quiet.map((name) => `--${name}`)];
    browser = spawn(executable, [...flags, `${server.url}/import.html`], { detached: true, stdio: "ignore" });
  }

  /** Kills all processes of the browser at once. */
  async function kill() {
    const ended = once(browser, "exit");
    process.kill(-browser.pid, "SIGKILL");
    await ended;
  }

  /** Resolves to what the page tells when hear returns true for it. */
  const hearing = (hear) =>
    Promise.race([
      new Promise((resolve, reject) => {
        told = (what) => {
          if (what.error) return reject(new Error(what.error));
          const answer = hear(what);
          if (answer === true) resolve(what);
          return answer === true ? {} : answer;
        };
      }),
      setTimeout(LIMIT, undefined, { ref: false }).then(() => Promise.reject(new Error("the page said nothing for too long"))),
    ]);

  async function play(t, endEarly) {
    folder = await mkdtemp(join(tmpdir(), "mudpuppy-import-"));
    try {
      const had = await endEarly();
      const { result, isIntact, exported } = await had.done;
      t.diagnostic(`ended after ${had.keys} of ${COUNT} keys; then ${result.imported} were imported, and ${result.kept} kept`);
      assert.deepEqual([result.failed, result.total, result.imported + result.kept], [[], COUNT, COUNT]);
      assert.ok(result.kept >= had.keys, `${result.kept} kept, of at least ${had.keys}`);
      assert.ok(had.keys > 0 && had.keys < COUNT);
      assert.equal(isIntact, true);
      const byId = (list) => Object.fromEntries(list.map(({ shared_history, ...key }) => [key.session_id, key]));
      assert.deepEqual(byId(exported), byId(keys)); // as after one that was not interrupted
    } finally {
      await kill();
      await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    }
  }

  test("T37: the page is reloaded, and imports again", (t) =>
    play(t, async () => {
      let reloadedAt = 0;
      const done = hearing(({ keys, result }) => {
        if (keys >= 500 && !reloadedAt) return { reload: Boolean((reloadedAt = keys)) };
        return result !== undefined;
      });
      await start();
      await done;
      return { keys: reloadedAt, done };
    }));

  test("T37: the browser is killed, and imports again", (t) =>
    play(t, async () => {
      const some = hearing(({ keys }) => keys >= 500);
      await start();
      const { keys } = await some;
      await kill();
      const done = hearing(({ result }) => result !== undefined);
      await start();
      return { keys, done };
    }));
});
