// Chromium and Firefox, which measure in a fresh page for each job.

import { findProgram } from "../../web/test/browsers/find.mjs";
import { measureStores } from "../indexeddb/measure.mjs";
import { measureLoads } from "./loads.mjs";
import { measureIn, withProfile } from "./profile.mjs";
import { serve } from "./serve.mjs";
import { site } from "../build.mjs";
import { measureVisits } from "../visit/measure.mjs";

/** A whole job runs within one call into the page. */
const JOB_TIMEOUT = 15 * 60 * 1000;

const isRoot = process.getuid?.() === 0;

/**
 * An engine out of a browser that is started by launch, and the function that
 * gives it a fresh page, apart from all others.
 */
async function open(name, launch, newPage) {
  const server = await serve(site);
  const browser = await launch().catch((error) => {
    server.close();
    throw error;
  });
  return {
    version: `${name} ${/[\d.]+/.exec(await browser.version())[0]}`,
    async measure(job) {
      const { page, context } = await newPage(browser);
      try {
        await page.goto(server.url, { waitUntil: "load" });
        return await page.evaluate((job) => globalThis.measure(job), job);
      } finally {
        await context.close();
      }
    },
    async close() {
      await browser.close();
      server.close();
    },
  };
}

const chromiumFlags = [
  ...(isRoot ? ["--no-sandbox"] : []),
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

export const chromium = {
  id: "chromium",
  title: "Chromium",
  find: () => findProgram("CHROME_BIN", ["chromium", "chromium-browser", "google-chrome-stable", "google-chrome"]),
  missing: "not installed: install chromium (Debian), or set CHROME_BIN",
  async open(executablePath) {
    const { chromium } = await import("playwright-core");
    const options = { executablePath, headless: true, args: chromiumFlags };
    const engine = await open("Chromium", () => chromium.launch(options), async (browser) => {
      const context = await browser.newContext();
      return { page: await context.newPage(), context };
    });
    const server = await serve(site, { cached: true });
    return {
      ...engine,
      places: ["memory", "sealed"],
      measureMachine: (job) =>
        withProfile(chromium, options, async (context) => (await measureIn(context, server.url, job)).result),
      measureLoads: (contestant) => measureLoads(chromium, options, server.url, contestant),
      measureVisits: (visit, rounds) => measureVisits({ executablePath, args: chromiumFlags }, visit, rounds),
      measureStores: (rounds) => measureStores(chromium, options, rounds),
      async close() {
        server.close();
        await engine.close();
      },
    };
  },
};

export const firefox = {
  id: "firefox",
  title: "Firefox",
  find: () => findProgram("FIREFOX_BIN", ["firefox-esr", "firefox"]),
  missing: "not installed: install firefox-esr (Debian), or set FIREFOX_BIN",
  async open(executablePath) {
    const { default: puppeteer } = await import("puppeteer-core");
    return open(
      "Firefox",
      () => puppeteer.launch({ browser: "firefox", executablePath, headless: true, protocolTimeout: JOB_TIMEOUT }),
      async (browser) => {
        const context = await browser.createBrowserContext();
        return { page: await context.newPage(), context };
      },
    );
  },
};
