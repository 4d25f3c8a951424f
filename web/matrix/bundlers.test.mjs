// The packed package through bundlers, and what they make of it in Chromium
// under a strict Content-Security-Policy, or in Node.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { copyFile, mkdir, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import chromium from "../test/browsers/chromium.mjs";
import { outcomeAt } from "../test/browsers/page.mjs";
import { checkPage, checkSteps } from "../test/scenario/check.mjs";
import { serve, strict } from "../test/serve.mjs";
import { forNode, forPages, startVite } from "./bundlers.mjs";
import { versionOf } from "./versions.mjs";

const path = (relative) => fileURLToPath(new URL(relative, import.meta.url));

const titleOf = ({ name, how }) => `in ${name} ${versionOf(name)}${how ? ` (${how})` : ""}`;

async function bundle({ name, how, build, hashed }) {
  const folder = path(`../../dist/matrix/${`${name} ${how ?? ""}`.trim().replace(/\W+/g, "-")}`);
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  await build(folder);
  const modules = (await readdir(folder, { recursive: true })).filter((file) => file.endsWith(".wasm"));
  if (hashed) {
    assert.equal(modules.length, 2, modules.join(" "));
    for (const module of modules) assert.match(module, hashed, "the name of the module has no hash of its content");
  }
  return folder;
}

const executable = chromium.find();
const skip = executable ? false : `Chromium is ${chromium.missing}`;
let browser;
before(async () => {
  if (executable) browser = await chromium.open(executable);
});
after(() => browser?.close());

for (const bundler of forPages) {
  describe(titleOf(bundler), { skip }, () => {
    let server;
    after(() => server?.close());

    test("the scenario", async (t) => {
      const folder = await bundle(bundler);
      if (bundler.name !== "vite") await copyFile(path("../test/scenario/index.html"), join(folder, "index.html"));
      server = await serve({ "/": { folder, headers: strict } });
      await checkPage(t, await outcomeAt(browser, server.url), bundler.itsWorker);
    });
  });
}

describe(titleOf({ name: "vite", how: "development server" }), { skip }, () => {
  let server;
  after(() => server?.close());

  test("the scenario", async (t) => {
    const cache = path("../../dist/matrix/vite-cache");
    await rm(cache, { recursive: true, force: true });
    server = await startVite(cache, strict);
    await checkPage(t, await outcomeAt(browser, server.resolvedUrls.local[0]));
  });
});

for (const bundler of forNode) {
  describe(titleOf(bundler), () => {
    test("the scenario", async (t) => {
      const folder = await bundle(bundler);
      const output = execFileSync(process.execPath, [join(folder, "process.mjs")], { encoding: "utf8" });
      await checkSteps(t, JSON.parse(output));
    });
  });
}
