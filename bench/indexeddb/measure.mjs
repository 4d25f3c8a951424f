// Measures the store and its floor in a page, by turns.
import * as floor from "./floor.mjs";

const SIZE = 400;
const SLICE = 1000;

const median = (times) => times.sort((a, b) => a - b)[times.length >> 1];

async function time(f) {
	const before = performance.now();
	await f();
	return performance.now() - before;
}

/** Makes the tests by turns, and returns the median of each, in milliseconds. */
async function byTurns(rounds, tests) {
	const times = Object.fromEntries(Object.keys(tests).map((name) => [name, []]));
	for (let round = -1; round < rounds; round++) {
		for (const [name, test] of Object.entries(tests)) {
			const taken = await test(round);
			if (round >= 0) times[name].push(taken); // the first is to warm up
		}
	}
	return Object.fromEntries(Object.entries(times).map(([name, all]) => [name, median(all)]));
}

let serial = 0;
const prefix = () => `${serial++} `;

/** Commits of some records each, one after the other, which were asked for before or not. */
async function commits(db, epoch, rounds, count, records, looked) {
	return byTurns(rounds, {
		async floor() {
			const prepared = floor.prepare(count, records, SIZE, prefix());
			return time(async () => {
				for (const one of prepared) await floor.commit(db, epoch, one);
			});
		},
		async store() {
			await storepage.prepare(count, records, SIZE, prefix());
			if (looked) await storepage.look();
			return time(() => storepage.run());
		},
	});
}

/** 100 commits of one record asked for at once, beside one commit of 100. */
async function group(rounds) {
	return byTurns(rounds, {
		async floor() {
			await storepage.prepare(1, 100, SIZE, prefix());
			return time(() => storepage.run());
		},
		async store() {
			await storepage.prepare(100, 1, SIZE, prefix());
			return time(() => storepage.runAll());
		},
	});
}

/** Time for the browser to close what was open. */
const pause = () => new Promise((resolve) => setTimeout(resolve, 50));

/** Opening with many sessions, beside opening with ten, and beside the floor. */
async function opening(rounds, many) {
	for (const [name, sessions] of [["few", 10], ["many", many]]) {
		await storepage.open(name);
		await storepage.claim();
		await storepage.prepare(Math.ceil(sessions / SLICE), Math.min(sessions, SLICE), SIZE, "");
		await storepage.run();
		await storepage.close();
	}
	const open = (name) => async () => {
		await pause();
		const taken = await time(() => storepage.open(name));
		await storepage.close();
		return taken;
	};
	return byTurns(rounds, {
		many: open("many"),
		few: open("few"),
		async raw() {
			await pause();
			let db;
			const taken = await time(async () => (db = await floor.openAndGet("many")));
			db.close();
			return taken;
		},
	});
}

globalThis.measure = async (quick) => {
	await globalThis.ready;
	await storepage.open("commits");
	const epoch = await storepage.claim();
	const db = await floor.open("commits");
	const few = quick ? 0.2 : 1;
	const rounds = (n) => Math.max(3, Math.round(n * few));
	const ofAllSizes = async (what, looked) => ({
		[`1 record${what}`]: await commits(db, epoch, rounds(150), 1, 1, looked),
		[`200 records${what}`]: await commits(db, epoch, rounds(30), 1, 200, looked),
		[`10,000 records in slices${what}`]: await commits(db, epoch, rounds(5), 10_000 / SLICE, SLICE, looked),
	});
	const result = { ...(await ofAllSizes("")), "100 commits at once": await group(rounds(30)) };
	await storepage.close();
	await storepage.open("sealed", "sealed"); // beside the same floor
	await storepage.claim();
	Object.assign(result, await ofAllSizes(", sealed", true), await ofAllSizes(", sealed blindly", false));
	db.close();
	await storepage.close();
	const { few: ten, many, raw } = await opening(rounds(30), quick ? 10_000 : 100_000);
	result[`opening with ${quick ? "10,000" : "100,000"} sessions`] = { floor: ten, store: many };
	result["opening beside a raw database and a get"] = { floor: raw, store: many };
	return result;
};
