// Whole devices in browsers, over sealed IndexedDB.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import chromium from "./browsers/chromium.mjs";
import firefox from "./browsers/firefox.mjs";
import { outcomeOf } from "./browsers/page.mjs";
import { Homeserver } from "./machines/homeserver.mjs";
import { serve, strict } from "./serve.mjs";

const path = (relative) => fileURLToPath(new URL(relative, import.meta.url));

/** The client, with the entry of the package that browsers are to use. */
const client = () => readFileSync(path("machines/client.mjs"), "utf8").replace('"mudpuppy"', '"/mudpuppy/dist/mudpuppy.browser.js"');

for (const { name, missing, find, open } of [chromium, firefox]) {
  const executable = find();
  describe(`machines, in ${name}`, { skip: executable ? false : missing }, () => {
    let browser, homeserver, server, page;
    const call = (method) => page.evaluate(`window.machines.${method}().catch((error) => "" + error.stack)`);

    before(async () => {
      homeserver = new Homeserver();
      server = await serve({
        "/mudpuppy/": { folder: path("node_modules/mudpuppy"), headers: strict },
        "/_matrix/": {
          answer: ({ url, ...request }) => homeserver.fetch(`https://homeserver.test${url}`, request),
        },
        "/login": { answer: async ({ body }) => Response.json(await homeserver.do(JSON.parse(body))) },
        "/client.mjs": { body: client(), headers: { "content-type": "text/javascript" } },
        "/": { folder: path("machines"), headers: strict },
      });
      browser = await open(executable);
      page = await browser.newPage();
      await page.goto(`${server.url}/page.html`);
      await outcomeOf(page);
    });
    after(async () => {
      await page?.close();
      await browser?.close();
      server?.close();
      homeserver?.close();
    });

    test("two devices talk, the page is reloaded, and they go on", async () => {
      const [read, persistence] = await call("begin");
      assert.deepEqual(read, ["before the page was reloaded"]);
      assert.match(persistence, /^(persistent|evictable|unknown)$/);
      await page.reload();
      await outcomeOf(page);
      assert.deepEqual(await call("goOn"), [["before the page was reloaded", "and after it"], 0, true]);
    });

    test("T37: of several who want a store, one has it, and the others are told", async () => {
      assert.deepEqual(await call("share"), {
        roles: ["first owner", "second waiting", "second owner", "second robbed"],
        busy: "ERR_STORE_BUSY",
        aborted: "ERR_ABORTED",
        closed: "ERR_CLOSED",
        left: false,
      });
    });
  });
}
