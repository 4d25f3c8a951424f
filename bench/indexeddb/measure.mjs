// Measures the store in IndexedDB, in Chromium, with its data on the disk.

import { fileURLToPath } from "node:url";

import { serve } from "../../internal/storepage/site.mjs";
import { withProfile } from "../engines/profile.mjs";

const here = (file) => fileURLToPath(new URL(file, import.meta.url));

const site = {
	files: { "/measure.mjs": here("page.mjs"), "/floor.mjs": here("floor.mjs") },
	script: "/measure.mjs",
};

/** Measures all of it once, in a fresh profile. See page.mjs for the result and the rounds. */
export async function measureStores(chromium, options, rounds) {
	const server = await serve(site);
	try {
		return await withProfile(chromium, options, async (context) => {
			const page = await context.newPage();
			await page.goto(server.url);
			await page.waitForFunction(() => globalThis.measure);
			return page.evaluate((rounds) => globalThis.measure(rounds), rounds);
		});
	} finally {
		server.close();
	}
}
