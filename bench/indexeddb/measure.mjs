// Measures the store in IndexedDB, in Chromium, with its data on the disk.

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { serve } from "../../internal/storepage/site.mjs";

const here = (file) => fileURLToPath(new URL(file, import.meta.url));

const site = {
	files: { "/measure.mjs": here("page.mjs"), "/floor.mjs": here("floor.mjs") },
	script: "/measure.mjs",
};

/** Measures all of it once, in a fresh profile. See page.mjs for the result and the rounds. */
export async function measureStores(chromium, options, rounds) {
	const server = await serve(site);
	const profile = await mkdtemp(join(tmpdir(), "mudpuppy-bench-"));
	try {
		const context = await chromium.launchPersistentContext(profile, options);
		try {
			const page = await context.newPage();
			await page.goto(server.url);
			await page.waitForFunction(() => globalThis.measure);
			return await page.evaluate((rounds) => globalThis.measure(rounds), rounds);
		} finally {
			await context.close();
		}
	} finally {
		server.close();
		await rm(profile, { recursive: true, force: true, maxRetries: 3 });
	}
}
