// Encrypted files, by the packed package: in this Node, by the other entry, in pages and
// in workers.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import * as mudpuppy from "mudpuppy";
import { playAttachments } from "./attachments/suite.mjs";
import chromium from "./browsers/chromium.mjs";
import firefox from "./browsers/firefox.mjs";
import { outcomeAt } from "./browsers/page.mjs";
import { serve, strict } from "./serve.mjs";

const path = (relative) => fileURLToPath(new URL(relative, import.meta.url));
const vectors = JSON.parse(readFileSync(path("../../testdata/vectors/attachments.json"), "utf8")).cases;

/** Makes a test of each check that was played somewhere. */
async function checkResults(t, results) {
  assert.ok(results.length > 20, `only ${results.length} checks`);
  for (const { name, error } of results) await t.test(name, () => assert.equal(error, undefined));
}

test("before init there are no files", async () => {
  await assert.rejects(mudpuppy.encryptAttachment(new Uint8Array(1)), { code: "ERR_NOT_READY" });
  await assert.rejects(mudpuppy.decryptAttachment(new Uint8Array(1), {}), { code: "ERR_NOT_READY" });
  const { data, file } = mudpuppy.encryptAttachmentStream(new Uint8Array(1));
  await assert.rejects(data.getReader().read(), { code: "ERR_NOT_READY" });
  await assert.rejects(file, { code: "ERR_NOT_READY" });
});

test("T35: attachments, in Node", async (t) => {
  await mudpuppy.init();
  await checkResults(t, await playAttachments(mudpuppy, vectors));
});

/** Plays the checks where it runs, and returns the results as JSON. */
const player = {
  body: `
    import * as mudpuppy from "/mudpuppy/dist/mudpuppy.browser.js";
    import { playAttachments } from "/attachments/suite.mjs";
    export async function play() {
      await mudpuppy.init();
      return JSON.stringify(await playAttachments(mudpuppy, ${JSON.stringify(vectors)}));
    }
    if (!globalThis.document) play().then((results) => postMessage(results));`,
  headers: { ...strict, "content-type": "text/javascript" },
};
const page = (script) => ({ body: `<body><script type="module" src="${script}"></script></body>`, headers: { ...strict, "content-type": "text/html" } });
const script = (body) => ({ body, headers: { ...strict, "content-type": "text/javascript" } });

for (const { name, missing, find, open } of [chromium, firefox]) {
  const executable = find();
  describe(`attachments, in ${name}`, { skip: executable ? false : missing }, () => {
    let browser, server;

    before(async () => {
      server = await serve({
        "/mudpuppy/": { folder: path("node_modules/mudpuppy"), headers: strict },
        "/attachments/": { folder: path("attachments"), headers: strict },
        "/play.mjs": player,
        "/page.html": page("/page.mjs"),
        "/page.mjs": script(`import { play } from "/play.mjs"; document.body.dataset.outcome = await play();`),
        "/worker.html": page("/worker.mjs"),
        "/worker.mjs": script(`new Worker("/play.mjs", { type: "module" }).onmessage = ({ data }) => (document.body.dataset.outcome = data);`),
      });
      browser = await open(executable);
    });
    after(async () => {
      await browser?.close();
      server?.close();
    });

    for (const where of ["page", "worker"]) {
      test(`T35: in a ${where}`, async (t) => checkResults(t, JSON.parse(await outcomeAt(browser, `${server.url}/${where}.html`))));
    }
  });
}
