// First and second loads in Chromium: each first one with a profile of its own,
// so that nothing is cached, and the second one with what the first one left.

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** How long a page stays open, so that the browser comes to cache the code that it compiled. */
const STAY = 1000;

/** Does a job in a new page, which is closed thereafter. */
async function inNewPage(context, url, job) {
  const page = await context.newPage();
  await page.goto(url, { waitUntil: "load" });
  const result = await page.evaluate((job) => globalThis.measure(job), job);
  await page.waitForTimeout(STAY);
  await page.close();
  return result;
}

/**
 * Measures how long the start of a contestant takes, in milliseconds, when it is
 * loaded for the first and for the second time. What is served at the url must
 * be allowed to be cached.
 */
export async function measureLoads(chromium, options, url, contestant) {
  const profile = await mkdtemp(join(tmpdir(), "mudpuppy-bench-"));
  try {
    const context = await chromium.launchPersistentContext(profile, options);
    try {
      const job = { kind: "start", contestant };
      return { cold: await inNewPage(context, url, job), warm: await inNewPage(context, url, job) };
    } finally {
      await context.close();
    }
  } finally {
    await rm(profile, { recursive: true, force: true, maxRetries: 3 });
  }
}
