// Kills Chromium with all its processes again and again while a page commits to
// the store, and looks each time whether every commit that was acknowledged is
// there, and none in part:
//
//	node tools/crash/crash.mjs [kills] [seed]
//
// It ends with status 1 if not, and with 3 if all that is missing was discarded by
// Chromium, which says so itself: log.mjs tells when it does that, and the store
// what it does about it (store/indexeddb/log.go).
//
// MUDPUPPY_CRASH makes it harder:
//
//	torn      each kill leaves the log as one at the worst moment does: Chromium
//	          must not discard anything all the same
//	unhealed  so does each, and the store cannot help it: then Chromium discards
//	          the database every other time
//	early     the page acknowledges commits before they are durable: then the
//	          test must fail
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { build, serve } from "../../internal/storepage/site.mjs";
import chromium from "../../web/test/browsers/chromium.mjs";
import { check } from "./check.mjs";
import { tear } from "./log.mjs";

const MISSING = 77;
const DISCARDED = 3;
const LONGEST = 800; // ms from the first commit to the kill
const START_LIMIT = 60_000;

const kills = Number(process.argv[2] || 200);
const seed = Number(process.argv[3] || 1);
const how = process.env.MUDPUPPY_CRASH ?? "";

const executable = chromium.find();
if (!executable) {
	console.log(`Chromium is ${chromium.missing}`);
	process.exit(MISSING);
}

/** Numbers from 0 to 1 that follow from the seed (mulberry32). */
function random(seed) {
	let state = seed;
	return () => {
		state = (state + 0x6d2b79f5) | 0;
		let t = Math.imul(state ^ (state >>> 15), 1 | state);
		t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
		return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
	};
}

let acknowledged = 0;
let total = 0;
let lost = 0;
let torn = 0;
let discards = 0;
const durabilities = new Set();
let started;
let failed;

const posts = {
	"/state"({ found, discarded }) {
		const result = check(found, acknowledged);
		if (discarded) {
			discards++;
			console.log(`Chromium discarded the database with ${acknowledged} commits: ${discarded}`);
			result.lost = 0;
		}
		lost += result.lost;
		torn += result.torn.length > 0 ? 1 : 0;
		if (result.lost) console.log(`commits ${result.commit + 1} to ${acknowledged} are lost`);
		for (const name of result.torn) console.log(`after commit ${result.commit}, ${name} is wrong: ${found[name] ?? "absent"}`);
		acknowledged = result.commit;
		started();
		return { next: result.commit + 1 };
	},
	"/acknowledge"(body) {
		acknowledged = Math.max(acknowledged, body.n);
		total++;
		for (const durability of body.durabilities) durabilities.add(durability);
	},
	"/failed": (error) => failed(new Error(`the page failed: ${error}`)),
};

const here = (file) => fileURLToPath(new URL(file, import.meta.url));
await build();
const server = await serve({
	files: { "/stream.mjs": here("stream.mjs"), "/commits.mjs": here("commits.mjs") },
	posts,
	script: "/stream.mjs",
});
const folder = await mkdtemp(join(tmpdir(), "mudpuppy-crash-"));
const flags = [
	"--headless=new",
	`--user-data-dir=${folder}`,
	...(process.getuid?.() === 0 ? ["--no-sandbox"] : []),
	..."disable-gpu disable-quic no-first-run disable-background-networking disable-component-update disable-sync"
		.split(" ")
		.map((flag) => `--${flag}`),
];

/** Starts the browser, and waits until the page has told what the store has. */
async function start() {
	// What the killed one left to keep others out of the folder.
	for (const file of await readdir(folder)) {
		if (file.startsWith("Singleton")) await rm(join(folder, file), { force: true });
	}
	const told = new Promise((resolve, reject) => {
		started = resolve;
		failed = reject;
	});
	const browser = spawn(executable, [...flags, `${server.url}?${how}`], { detached: true, stdio: "ignore" });
	const limit = new AbortController();
	const late = setTimeout(START_LIMIT, undefined, { signal: limit.signal }).then(() => failed(new Error("the browser did not start")));
	late.catch(() => {});
	try {
		await told;
	} catch (error) {
		await kill(browser);
		throw error;
	} finally {
		limit.abort();
	}
	return browser;
}

/** Kills all processes of a browser at once. */
async function kill(browser) {
	const ended = once(browser, "exit");
	process.kill(-browser.pid, "SIGKILL");
	await ended;
}

let status = 1;
const next = random(seed);
try {
	for (let i = 0; i <= kills; i++) {
		const browser = await start();
		if (i < kills) await Promise.race([setTimeout(LONGEST * next()), new Promise((_, reject) => (failed = reject))]);
		await kill(browser);
		if (how === "torn" || how === "unhealed") await tear(folder);
	}
	const strict = [...durabilities].join() === "strict";
	if (!strict) console.log(`durability: ${[...durabilities].join(", ") || "unknown"}, not strict`);
	status = lost || torn || !strict || total === 0 ? 1 : discards ? DISCARDED : 0;
} catch (error) {
	console.log(error.message);
} finally {
	server.close();
	await rm(folder, { recursive: true, force: true, maxRetries: 5 });
}
const apart = discards ? `, discarded by Chromium ${discards} times` : "";
console.log(`kills ${kills}, acknowledged ${total}, lost ${lost}, torn ${torn}${apart}`);
process.exit(status);
