// First and second loads in Chromium: each first one with a profile of its own,
// so that nothing is cached, and the second one with what the first one left.

import { measureIn, withProfile } from "./profile.mjs";

/** How long a page stays open, so that the browser comes to cache the code that it compiled. */
const STAY = 1000;

/** Does a job in a new page, which is closed thereafter. */
async function inNewPage(context, url, job) {
  const { page, result } = await measureIn(context, url, job);
  await page.waitForTimeout(STAY);
  await page.close();
  return result;
}

/**
 * Measures how long the start of a contestant takes, in milliseconds, when it is
 * loaded for the first and for the second time. What is served at the url must
 * be allowed to be cached.
 */
export function measureLoads(chromium, options, url, contestant) {
  const job = { kind: "start", contestant };
  return withProfile(chromium, options, async (context) => ({
    cold: await inNewPage(context, url, job),
    warm: await inNewPage(context, url, job),
  }));
}
