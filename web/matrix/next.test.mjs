// The packed package in an application of Next: its page and a worker in
// Chromium, a route in Node, and a route in the edge runtime. Built by both of
// Next's bundlers.
import { execFileSync, spawn } from "node:child_process";
import { cp, readdir, rm } from "node:fs/promises";
import assert from "node:assert/strict";
import { createInterface } from "node:readline";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import chromium from "../test/browsers/chromium.mjs";
import { outcomeAt } from "../test/browsers/page.mjs";
import { checkPage, checkSteps } from "../test/scenario/check.mjs";
import { versionOf } from "./versions.mjs";

const path = (relative) => fileURLToPath(new URL(relative, import.meta.url));
const app = path("next");
const next = path("node_modules/next/dist/bin/next");

function build(bundler) {
  const env = { ...process.env, NEXT_TELEMETRY_DISABLED: "1", BUNDLER: bundler };
  execFileSync(process.execPath, [next, "build", `--${bundler}`], { cwd: app, env, stdio: ["ignore", "ignore", "inherit"] });
}

/** Starts what was built, and returns its address and what ends it. */
async function start() {
  const env = { ...process.env, NEXT_TELEMETRY_DISABLED: "1" };
  const server = spawn(process.execPath, [next, "start", "--hostname", "127.0.0.1", "--port", "0"], {
    cwd: app,
    env,
    stdio: ["ignore", "pipe", "inherit"],
  });
  for await (const line of createInterface(server.stdout)) {
    const url = /Local:\s+(\S+)/.exec(line)?.[1];
    if (url) return { url, stop: () => server.kill() };
  }
  throw new Error("Next did not start");
}

for (const [bundler, hashed] of [
  ["turbopack", /^(olm|mudpuppy)\.[\w.~-]{8,}\.wasm$/],
  ["webpack", /^(olm|mudpuppy)\.[0-9a-f]{8}\.wasm$/],
]) {
  describe(`in next ${versionOf("next")} (${bundler})`, () => {
    let server;
    let browser;

    before(async () => {
      await rm(`${app}/.next`, { recursive: true, force: true });
      await rm(`${app}/scenario`, { recursive: true, force: true });
      await cp(path("../test/scenario"), `${app}/scenario`, { recursive: true });
      build(bundler);
      server = await start();
      const executable = chromium.find();
      if (executable) browser = await chromium.open(executable);
    });
    after(async () => {
      server?.stop();
      await browser?.close();
    });

    test("the scenario, in Chromium", { skip: chromium.find() ? false : chromium.missing }, async (t) => {
      await checkPage(t, await outcomeAt(browser, server.url));
    });
    for (const [route, where] of [["node", "in Node"], ["edge", "in the edge runtime"]]) {
      test(`the scenario, ${where}`, async (t) => {
        const response = await fetch(`${server.url}/${route}`);
        await checkSteps(t, await response.json());
      });
    }
    test("the names of the modules have a hash of their content", async () => {
      const media = await readdir(`${app}/.next/static/media`);
      const modules = media.filter((name) => name.endsWith(".wasm"));
      assert.equal(modules.length, 2, modules.join(" "));
      for (const module of modules) assert.match(module, hashed);
    });
  });
}
