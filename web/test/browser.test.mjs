// The packed package in Chromium.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { findChromium, launch } from "./chromium.mjs";
import { serve } from "./serve.mjs";

const path = (relative) => fileURLToPath(new URL(relative, import.meta.url));
const executable = findChromium();

/** A page whose only script tries init and says what became of it. */
const trial = (csp, options = "") => ({
  body: `<script type="module" src="/trial${options && "?"}${options}"></script>`,
  headers: { "content-type": "text/html", ...(csp && { "content-security-policy": csp }) },
});
const trialScript = {
  body: `
    import { init, sha256 } from "/mudpuppy/dist/olm.browser.js";
    const url = new URL(import.meta.url).search.slice(1) || undefined;
    const outcome = init({ url }).then(() => sha256(""));
    document.title = await outcome.catch((error) => error.code ?? String(error));`,
  headers: { "content-type": "text/javascript" },
};
/** A page written for the original, which finds its name in the window. */
const dropInScript = {
  body: `
    import "/mudpuppy/dist/libolm.browser.js";
    window.Olm.init().then(() => {
      document.title = new window.Olm.Utility().sha256("");
    });`,
  headers: { "content-type": "text/javascript" },
};
const EMPTY_HASH = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU";

describe("in Chromium", { skip: executable ? false : "no Chromium: install it, or set CHROME_BIN" }, () => {
  let browser;
  let server;

  before(async () => {
    server = await serve({
      "/mudpuppy/": path("node_modules/mudpuppy"),
      "/thin/": path("../../examples/thin"),
      "/strict.html": trial("script-src 'self' 'wasm-unsafe-eval'"),
      "/forbidden.html": trial("script-src 'self'"),
      "/missing.html": trial("", "/nowhere.wasm"),
      "/page.html": trial("", "/strict.html"),
      "/trial": trialScript,
      "/drop-in.html": {
        body: '<script type="module" src="/drop-in.js"></script>',
        headers: { "content-type": "text/html", "content-security-policy": "script-src 'self' 'wasm-unsafe-eval'" },
      },
      "/drop-in.js": dropInScript,
    });
    browser = await launch(executable);
  });
  after(async () => {
    await browser?.close();
    server?.close();
  });

  async function outcomeOf(name) {
    const page = await browser.newPage();
    await page.goto(server.url + name);
    await page.waitForFunction(() => document.title !== "");
    const title = await page.title();
    await page.close();
    return title;
  }

  test("two devices exchange a room message, are reloaded, and go on", async () => {
    const context = await browser.newContext();
    const page = await context.newPage();
    const told = async () => {
      await page.waitForFunction(() => document.body?.dataset.outcome !== undefined);
      return page.locator("#lines li").allTextContents();
    };
    await page.goto(`${server.url}/thin/`);
    const first = await told();
    assert.match(first[0], /over Olm$/);
    assert.match(first.at(-1), /^Bob reads at index 0: message 1 to the room$/);
    for (const n of [2, 3]) {
      await page.reload();
      const next = await told();
      assert.match(next[0], /from IndexedDB$/);
      assert.equal(next.at(-1), `Bob reads at index ${n - 1}: message ${n} to the room`);
    }
    await context.close();
  });

  for (const [name, want, what] of [
    ["/strict.html", EMPTY_HASH, "init succeeds under a strict Content-Security-Policy"],
    ["/forbidden.html", "ERR_CSP", "a policy without 'wasm-unsafe-eval' is named as the cause"],
    ["/missing.html", "ERR_FETCH", "a wrong address is named as the cause"],
    ["/page.html", "ERR_NOT_WASM", "a page instead of the module is named as the cause"],
    ["/drop-in.html", EMPTY_HASH, "mudpuppy/libolm is there as window.Olm, as the original is"],
  ]) {
    test(what, async () => assert.equal(await outcomeOf(name), want));
  }

  test("a wrong MIME type does not matter", async () => {
    const page = await browser.newPage();
    await page.route("**/olm.wasm", async (route) => {
      const response = await route.fetch();
      await route.fulfill({ response, headers: { "content-type": "text/plain" } });
    });
    await page.goto(`${server.url}/strict.html`);
    await page.waitForFunction(() => document.title !== "");
    assert.equal(await page.title(), EMPTY_HASH);
    await page.close();
  });
});
