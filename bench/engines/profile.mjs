// A browser with a profile of its own, so that nothing is cached, and data is on the
// disk. It is gone thereafter.

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Starts a browser with a fresh profile, and returns what use makes of it. */
export async function withProfile(chromium, options, use) {
  const profile = await mkdtemp(join(tmpdir(), "mudpuppy-bench-"));
  try {
    const context = await chromium.launchPersistentContext(profile, options);
    try {
      return await use(context);
    } finally {
      await context.close();
    }
  } finally {
    await rm(profile, { recursive: true, force: true, maxRetries: 3 });
  }
}

/** Does a job in a new page of it. */
export async function measureIn(context, url, job) {
  const page = await context.newPage();
  await page.goto(url, { waitUntil: "load" });
  return { page, result: await page.evaluate((job) => globalThis.measure(job), job) };
}
