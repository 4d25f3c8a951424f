import { setTimeout } from "node:timers/promises";

const LIMIT = 60_000;

/** Loads a page and returns what it leaves in its body as the outcome. */
export async function outcomeAt(browser, url) {
  const page = await browser.newPage();
  try {
    await page.goto(url);
    return await outcomeOf(page);
  } finally {
    await page.close();
  }
}

/** Waits for the outcome of the page that is loaded. */
export async function outcomeOf(page) {
  for (const limit = Date.now() + LIMIT; ; await setTimeout(50)) {
    const outcome = await page.evaluate("document.body?.dataset.outcome ?? null");
    if (outcome !== null) return outcome;
    if (Date.now() > limit) throw new Error(`the page came to no end within ${LIMIT / 1000} s`);
  }
}
