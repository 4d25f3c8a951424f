// What the packed package must do in a browser, without a bundler.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { checkPage } from "../scenario/check.mjs";
import { serve, strict } from "../serve.mjs";
import { outcomeAt, outcomeOf } from "./page.mjs";

/**
 * @typedef Browser
 * @property {string} name
 * @property {string} missing what to say where there is none
 * @property {() => string | undefined} find
 * @property {(executable: string) => Promise<Opened>} open
 *
 * @typedef Opened
 * @property {string} version
 * @property {() => Promise<Page>} newPage which shares nothing with other pages
 * @property {() => Promise<void> | void} close
 *
 * @typedef Page
 * @property {(url: string) => Promise<unknown>} goto waits until it is loaded
 * @property {() => Promise<unknown>} reload
 * @property {(expression: string) => Promise<any>} evaluate
 * @property {() => Promise<unknown>} close
 */

const path = (relative) => fileURLToPath(new URL(relative, import.meta.url));
const installed = path("../node_modules/mudpuppy");
const EMPTY_HASH = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU";

/** play.mjs, with the entries of the package that browsers are to use. */
function unbundledPlay() {
  const { exports } = JSON.parse(readFileSync(`${installed}/package.json`, "utf8"));
  const fileOf = (entry) => (typeof entry === "string" ? entry : fileOf(entry.import ?? entry.default));
  const source = readFileSync(path("../scenario/play.mjs"), "utf8");
  return source.replace(/"mudpuppy(\/[\w/]+)?"/g, (_, entry) => `"/mudpuppy/${fileOf(exports[`.${entry ?? ""}`])}"`);
}

/** A page whose only script tries init and says what became of it. */
const trial = (csp, url = "") => ({
  body: `<body><script type="module" src="/trial?${url}"></script></body>`,
  headers: { "content-type": "text/html", ...(csp && { "content-security-policy": csp }) },
});
const trialScript = {
  body: `
    import { init, sha256 } from "/mudpuppy/dist/olm.browser.js";
    const url = new URL(import.meta.url).search.slice(1) || undefined;
    const outcome = init({ url }).then(() => sha256(""));
    document.body.dataset.outcome = await outcome.catch((error) => error.code ?? String(error));`,
  headers: { "content-type": "text/javascript" },
};

/** A page written for libolm, which finds its name in the window. */
const dropInScript = {
  body: `
    import "/mudpuppy/dist/libolm.browser.js";
    window.Olm.init().then(() => {
      document.body.dataset.outcome = new window.Olm.Utility().sha256("");
    });`,
  headers: { "content-type": "text/javascript" },
};

const routes = () => ({
  "/mudpuppy/": installed,
  "/scenario/play.mjs": { body: unbundledPlay(), headers: strict },
  "/scenario/": { folder: path("../scenario"), headers: strict },
  "/thin/": path("../../../examples/thin"),
  "/forbidden.html": trial("script-src 'self'"),
  "/missing.html": trial("", "/nowhere.wasm"),
  "/page.html": trial("", "/forbidden.html"),
  "/mistyped.html": trial("", "/mistyped.wasm"),
  "/mistyped.wasm": { body: readFileSync(`${installed}/dist/olm.wasm`), headers: { "content-type": "text/plain" } },
  "/trial": trialScript,
  "/drop-in.html": {
    body: `<body><script type="module" src="/drop-in.js"></script></body>`,
    headers: { ...strict, "content-type": "text/html" },
  },
  "/drop-in.js": dropInScript,
});

/** Declares the tests of a browser, or says why they are skipped. */
export async function testIn({ name, missing, find, open }) {
  const executable = find();
  if (!executable) return describe(`in ${name}`, { skip: missing }, () => {});
  let browser;
  try {
    browser = await open(executable);
  } catch (error) {
    return describe(`in ${name}`, () => test("it starts", () => Promise.reject(error)));
  }
  describe(`in ${name} ${browser.version}`, () => declare(browser));
}

function declare(browser) {
  let server;

  before(async () => {
    server = await serve(routes());
  });
  after(async () => {
    server?.close();
    await browser.close();
  });

  test("the scenario, under a strict Content-Security-Policy", async (t) => {
    await checkPage(t, await outcomeAt(browser, `${server.url}/scenario/`));
  });

  test("two devices exchange a room message, are reloaded, and go on", async () => {
    const page = await browser.newPage();
    const told = async () => {
      await outcomeOf(page);
      return page.evaluate("[...document.querySelectorAll('#lines li')].map((line) => line.textContent)");
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
    await page.close();
  });

  for (const [name, want, what] of [
    ["/forbidden.html", "ERR_CSP", "a policy without 'wasm-unsafe-eval' is named as the cause"],
    ["/missing.html", "ERR_FETCH", "a wrong address is named as the cause"],
    ["/page.html", "ERR_NOT_WASM", "a page instead of the module is named as the cause"],
    ["/mistyped.html", EMPTY_HASH, "a wrong MIME type does not matter"],
    ["/drop-in.html", EMPTY_HASH, "mudpuppy/libolm is there as window.Olm, as the original is"],
  ]) {
    test(what, async () => assert.equal(await outcomeAt(browser, server.url + name), want));
  }
}
