// What only a driver of the browser can do to a store: several pages and workers
// at once, pages that freeze, disks that are full. In Chromium, which can be told
// to do all that.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { setTimeout } from "node:timers/promises";
import { build, serve } from "../../internal/storepage/site.mjs";
import chromium from "../../web/test/browsers/chromium.mjs";
import { launchFreezable } from "../../web/test/browsers/freezable.mjs";

const executable = chromium.find();
const skip = executable ? false : `Chromium is ${chromium.missing}`;
const SILENCE = 2500; // in the background, timers come once a second

let server;
let browser;
let databases = 0;

before(async () => {
	if (skip) return;
	await build();
	server = await serve();
	browser = await launchFreezable(executable);
});
after(async () => {
	await browser?.close();
	server?.close();
});

const newName = () => `fault ${databases++}`;

async function newPage(context = browser) {
	const page = await context.newPage();
	await page.goto(server.url);
	await page.evaluate(() => globalThis.ready);
	return page;
}

/** A page whose functions are those of storepage, and fail with their errors. */
async function newStore(name, context) {
	const page = await newPage(context);
	const call = (f, ...args) =>
		page.evaluate(
			async ([f, args]) => {
				try {
					return { value: await storepage[f](...args) };
				} catch (error) {
					return { error: String(error) };
				}
			},
			[f, args],
		);
	const store = {
		page,
		async call(...args) {
			const { value, error } = await call(...args);
			if (error) throw new Error(error);
			return value;
		},
		/** Puts a text under a key of the table rooms. */
		put: (key, text) => put(page, key, text),
		text: (key) => text(page, key),
		roles: () => page.evaluate(() => globalThis.roles),
		ask: (name) => page.evaluate(([name, silence]) => globalThis.ask(name, silence), [name, SILENCE]),
	};
	if (name) {
		await store.call("open", name);
		await store.call("claim");
	}
	return store;
}

/** Returns the error, or undefined. */
const put = (page, key, text) =>
	page.evaluate(
		([key, text]) =>
			storepage.commit({ puts: [{ table: "rooms", key, value: new TextEncoder().encode(text) }] }).then(
				() => undefined,
				(error) => String(error),
			),
		[key, text],
	);

const text = (page, key) =>
	page.evaluate(async (key) => {
		const all = await storepage.load("rooms");
		return new TextDecoder().decode(all.find((record) => record.key === key)?.value);
	}, key);

const STALE = "store: another owner has claimed it";

async function until(what, condition) {
	for (const limit = Date.now() + 20_000; !(await condition()); await setTimeout(20)) {
		if (Date.now() > limit) throw new Error(`it did not come to this: ${what}`);
	}
}

test("T37: of two pages, only the one that claimed the store last changes it", { skip }, async () => {
	const name = newName();
	const a = await newStore(name);
	assert.equal(await a.put("k", "a"), undefined);
	const b = await newStore(name);
	assert.equal(await a.put("k", "stale"), STALE);
	assert.equal(await b.text("k"), "a");
	assert.equal(await b.put("k", "b"), undefined);
	assert.equal(await a.text("k"), "b");
});

test("T37: of two workers, only the one that claimed the store last changes it", { skip }, async () => {
	const name = newName();
	const page = await newPage();
	const outcome = await page.evaluate(async (name) => {
		const a = startWorker();
		const b = startWorker();
		const put = (text) => ({ puts: [{ table: "rooms", key: "k", value: new TextEncoder().encode(text) }] });
		const outcome = [];
		for (const worker of [a, b]) {
			await worker("open", name);
			await worker("claim");
			await worker("commit", put(`first of ${outcome.length}`));
			outcome.push("committed");
		}
		await a("commit", put("stale")).catch((error) => outcome.push(error));
		await b("commit", put("second of b"));
		const [{ value }] = await a("load", "rooms");
		return [...outcome, new TextDecoder().decode(value)];
	}, name);
	assert.deepEqual(outcome, ["committed", "committed", STALE, "second of b"]);
});

test("T37: two pages that claim and commit at once leave no mixture", { skip }, async () => {
	const name = newName();
	const pages = await Promise.all([newStore(), newStore()]);
	const run = (store, who) =>
		store.page.evaluate(
			async ([name, who]) => {
				await storepage.open(name);
				let claims = 0;
				let commits = 0;
				const value = (n) => new TextEncoder().encode(`${who} ${n}`);
				while (commits < 60) {
					await storepage.claim();
					claims++;
					try {
						for (let i = 0; i < 5; i++) {
							const puts = ["a", "b", "c"].map((key) => ({ table: "rooms", key, value: value(commits) }));
							await storepage.commit({ puts });
							commits++;
							const all = await storepage.load("rooms");
							const texts = new Set(all.map((record) => new TextDecoder().decode(record.value)));
							if (texts.size !== 1) throw new Error(`a mixture: ${[...texts]}`);
						}
					} catch (error) {
						if (!/another owner/.test(error)) throw error;
					}
				}
				return claims;
			},
			[name, who],
		);
	const claims = await Promise.all(pages.map((page, i) => run(page, `page ${i}`)));
	assert.ok(claims[0] + claims[1] > 24, `they did not get in each other's way: ${claims}`);
});

test("the second page waits, and owns the store when the first is closed", { skip }, async () => {
	const name = newName();
	const a = await newStore();
	await a.ask(name);
	await until("a owns it", async () => (await a.roles()).at(-1) === "owning");
	const b = await newStore();
	await b.ask(name);
	await until("b waits", async () => (await b.roles()).at(-1) === "waiting");
	await setTimeout(2 * SILENCE); // longer than a silent owner would have
	assert.deepEqual([await a.roles(), await b.roles()], [["owning"], ["waiting"]]);
	await a.page.close();
	await until("b owns it", async () => (await b.roles()).at(-1) === "owning");
	const c = await newStore();
	await c.ask(name);
	await until("c waits", async () => (await c.roles()).at(-1) === "waiting");
	await b.call("leave");
	await until("c owns it", async () => (await c.roles()).at(-1) === "owning");
	assert.deepEqual(await b.roles(), ["waiting", "owning", "closed"]);
});

test("T37: a page that is frozen is robbed, and changes nothing when it wakes", { skip }, async () => {
	const name = newName();
	const frozen = await newStore();
	await frozen.ask(name);
	await until("it owns it", async () => (await frozen.roles()).at(-1) === "owning");
	await frozen.call("open", name);
	await frozen.call("claim");
	assert.equal(await frozen.put("k", "before"), undefined);

	const other = await newStore();
	await other.ask(name);
	await until("the other waits", async () => (await other.roles()).at(-1) === "waiting");
	const devtools = await frozen.page.createCDPSession();
	// When it wakes, it commits before it can hear of anything.
	await frozen.page.evaluate(() => {
		document.addEventListener("resume", () => {
			const puts = [{ table: "rooms", key: "k", value: new TextEncoder().encode("stale") }];
			globalThis.woken = storepage.commit({ puts }).then(() => "committed", String);
		});
	});
	await devtools.send("Page.setWebLifecycleState", { state: "frozen" });
	await until("the other owns it", async () => (await other.roles()).at(-1) === "owning");
	await other.call("open", name);
	await other.call("claim");
	assert.equal(await other.text("k"), "before");
	assert.equal(await other.put("k", "after"), undefined);

	await devtools.send("Page.setWebLifecycleState", { state: "active" });
	await until("it wakes", () => frozen.page.evaluate(() => Boolean(globalThis.woken)));
	assert.equal(await frozen.page.evaluate(() => globalThis.woken), STALE);
	await until("it knows that it was robbed", async () => (await frozen.roles()).at(-1) === "closed");
	assert.deepEqual(await frozen.roles(), ["owning", "robbed", "closed"]);
	assert.deepEqual(await other.roles(), ["waiting", "owning"]);
	assert.equal(await other.text("k"), "after");
});

test("when the quota is used up the store is full, and works again later", { skip }, async () => {
	// In a place of its own: where the browser has looked before, it remembers for
	// a while how much space there was.
	const store = await newStore(undefined, await browser.createBrowserContext());
	const devtools = await store.page.createCDPSession();
	const { origin } = new URL(server.url);
	await devtools.send("Storage.overrideQuotaForOrigin", { origin, quotaSize: 1_000_000 });
	await store.call("open", newName());
	await store.call("claim");
	assert.equal(await store.put("k", "before"), undefined);
	const outcome = await store.page.evaluate(() => {
		const value = crypto.getRandomValues(new Uint8Array(60_000));
		const puts = Array.from({ length: 50 }, (_, i) => ({ table: "settings", key: `${i}`, value }));
		puts.push({ table: "rooms", key: "k", value: new Uint8Array(1) });
		return storepage.commit({ puts }).then(() => "committed", String);
	});
	assert.equal(outcome, "store: no space is left (QuotaExceededError)");
	assert.equal(await store.text("k"), "before");
	assert.deepEqual(await store.call("load", "settings"), []);
	await devtools.send("Storage.overrideQuotaForOrigin", { origin });
	assert.equal(await store.put("k", "after"), undefined);
	assert.equal(await store.text("k"), "after");
});

test("when the user clears the site's data the store is gone", { skip }, async () => {
	const name = newName();
	const store = await newStore(name);
	const devtools = await store.page.createCDPSession();
	await devtools.send("Storage.clearDataForOrigin", { origin: new URL(server.url).origin, storageTypes: "indexeddb" });
	assert.equal(await store.put("k", "v"), "store: it was deleted");
	const databases = await store.page.evaluate(() => indexedDB.databases());
	assert.deepEqual(databases.filter((database) => database.name === name), []);
});

test("frames without an origin have no store", { skip }, async () => {
	const page = await newPage();
	await page.evaluate(() => {
		const frame = document.createElement("iframe");
		frame.sandbox = "allow-scripts";
		frame.src = "/";
		document.body.append(frame);
	});
	const inFrame = (f) => page.frames()[1]?.evaluate(f).catch(() => false); // as it may not be loaded yet
	await until("the frame is ready", () => inFrame(() => Boolean(globalThis.storepage)));
	const outcome = await inFrame(() => storepage.open("nowhere").then(() => "opened", String));
	assert.equal(outcome, "store: not available here (SecurityError)");
});
