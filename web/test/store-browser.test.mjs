// A store written in JavaScript, over IndexedDB, in browsers.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import chromium from "./browsers/chromium.mjs";
import firefox from "./browsers/firefox.mjs";
import { outcomeAt } from "./browsers/page.mjs";
import { serve } from "./serve.mjs";

const path = (relative) => fileURLToPath(new URL(relative, import.meta.url));

for (const { name, missing, find, open } of [chromium, firefox]) {
  const executable = find();
  describe(`a store in JavaScript, in ${name}`, { skip: executable ? false : missing }, () => {
    let browser;
    let server;
    let outcome;

    before(async () => {
      server = await serve({ "/mudpuppy/": path("node_modules/mudpuppy"), "/": path("stores") });
      browser = await open(executable);
      outcome = JSON.parse(await outcomeAt(browser, `${server.url}/page.html`));
    });
    after(async () => {
      await browser?.close();
      server?.close();
    });

    test("passes the conformance suite", async (t) => {
      assert.ok(outcome.results.length > 15);
      for (const [name, fault] of outcome.results) await t.test(name, () => assert.equal(fault, ""));
    });

    test("is counted by the inspector, also without the store's own code", () => {
      const [byPages, byName, missing, made] = outcome.inspections;
      assert.match(byPages, /^epoch 1\n/);
      assert.match(byPages, /\ninbound_sessions +3 +30 +10 +room 3 in 1, pending 1 in 1\n/);
      assert.match(byName, /^epoch 1, schema 1\n/);
      assert.match(byName, /\ninbound_sessions +3 +30 +10 +pending 1 in 1, room 3 in 1\n/);
      assert.match(missing, /^there is no database "none" to inspect/);
      assert.equal(made, "false");
    });
  });
}
