// Measures the store in IndexedDB beside its floor, which does the same in
// JavaScript, in Chromium with its data on the disk:
//
//	node bench/indexeddb/run.mjs [quick]
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build, serve } from "../../internal/storepage/site.mjs";
import { chromium as engine } from "../engines/browsers.mjs";

const here = (file) => fileURLToPath(new URL(file, import.meta.url));

/** The most that each may take, as a multiple of its floor. */
const targets = {
	"1 record": 2.0,
	"200 records": 1.4,
	"10,000 records in slices": 1.3,
	"100 commits at once": 1.5,
	"opening with 100,000 sessions": 1.5,
	"opening beside a raw database and a get": 2.0,
};

/** The most that sealing may add, in percent. */
const SEALING = 25;

const executablePath = engine.find();
if (!executablePath) {
	console.log(`Chromium is ${engine.missing}`);
	process.exit(77);
}
const { chromium } = await import("playwright-core");
const quick = process.argv[2] === "quick";

await build();
const server = await serve({ files: { "/measure.mjs": here("measure.mjs"), "/floor.mjs": here("floor.mjs") }, script: "/measure.mjs" });
const folder = await mkdtemp(join(tmpdir(), "mudpuppy-idb-"));
const args = ["--disable-gpu", "--disable-quic", "--no-first-run", ...(process.getuid?.() === 0 ? ["--no-sandbox"] : [])];
const browser = await chromium.launchPersistentContext(folder, { executablePath, args });
try {
	const page = await browser.newPage();
	await page.goto(server.url);
	await page.waitForFunction(() => globalThis.measure);
	const result = await page.evaluate((quick) => globalThis.measure(quick), quick);
	for (const [name, { floor, store }] of Object.entries(result)) {
		const [plain, sealed] = name.split(", sealed");
		const open = result[plain];
		if (sealed !== undefined) {
			const adds = (100 * ((store / floor) / (open.store / open.floor) - 1)).toFixed(0);
			console.log(`${name}: ${store.toFixed(2)} ms, floor ${floor.toFixed(2)} ms, sealing adds ${adds} %${sealed ? "" : `, at most ${SEALING} %`}`);
			continue;
		}
		const target = targets[name] ? `, at most ${targets[name].toFixed(1)}` : "";
		console.log(`${name}: ${store.toFixed(2)} ms, floor ${floor.toFixed(2)} ms, ratio ${(store / floor).toFixed(2)}${target}`);
	}
} finally {
	await browser.close();
	server.close();
	await rm(folder, { recursive: true, force: true });
}
