// Measures the store in a page, beside what it is compared with. They take turns,
// each with a database of its own.
import * as floor from "./floor.mjs";

const SIZE = 400; // of a session
const SLICE = 1000;
const MANY = 100_000;

/** Keys like the ids of sessions, which are random. */
const newKeys = (count) =>
	Array.from({ length: count }, () => btoa(String.fromCharCode(...crypto.getRandomValues(new Uint8Array(32)))).slice(0, 43));

async function time(f) {
	const before = performance.now();
	await f();
	return performance.now() - before;
}

/**
 * Lets contestants take turns, and returns the times of each, in milliseconds.
 * Half as many rounds come before, to warm up.
 */
async function byTurns(rounds, contestants) {
	const all = Object.entries(contestants);
	const times = Object.fromEntries(all.map(([name]) => [name, []]));
	const before = rounds >> 1;
	for (let round = 0; round < before + rounds; round++) {
		for (let turn = 0; turn < all.length; turn++) {
			const [name, run] = all[(round + turn) % all.length];
			const taken = await run();
			if (round >= before) times[name].push(taken);
		}
	}
	return times;
}

/** A store that is open and claimed. */
async function newStore(name, ...sealed) {
	const page = await storepage.another();
	await page.open(name, ...sealed);
	return Object.assign(page, { epoch: await page.claim() });
}

/**
 * Commits of some records each, one after the other. Before the time counts, all
 * contestants look for the records, as a device does before it decides what to
 * put; but for the last one.
 */
function committing({ plain, sealed, raw }, count, records) {
	const all = count * records;
	return {
		async floor() {
			const prepared = floor.prepare(records, SIZE, newKeys(all));
			for (const one of prepared) await floor.look(raw.db, one);
			return time(async () => {
				for (const one of prepared) await floor.commit(raw.db, raw.epoch, one);
			});
		},
		async plain() {
			await plain.prepare(records, SIZE, newKeys(all));
			await plain.look();
			return time(() => plain.run());
		},
		async sealed() {
			await sealed.prepare(records, SIZE, newKeys(all));
			await sealed.look();
			return time(() => sealed.run());
		},
		async unseen() {
			await sealed.prepare(records, SIZE, newKeys(all));
			return time(() => sealed.run());
		},
	};
}

/** Commits of one record asked for at once, beside one commit of as many. */
const grouped = ({ plain }) => ({
	async together() {
		await plain.prepare(100, SIZE, newKeys(100));
		return time(() => plain.run());
	},
	async mudpuppy() {
		await plain.prepare(1, SIZE, newKeys(100));
		return time(() => plain.runAll());
	},
});

/** Time for the browser to close what was open. */
const pause = () => new Promise((resolve) => setTimeout(resolve, 50));

/** Opening a store with many records, with ten, and a raw database. */
async function opening(rounds) {
	const keys = { many: newKeys(MANY), ten: newKeys(10) };
	for (const [name, all] of Object.entries(keys)) {
		const page = await newStore(name);
		await page.prepare(Math.min(all.length, SLICE), SIZE, all);
		await page.run();
		await page.close();
	}
	const open = (name) => async () => {
		await pause();
		const taken = await time(() => storepage.open(name));
		await storepage.close();
		return taken;
	};
	return byTurns(rounds, {
		many: open("many"),
		ten: open("ten"),
		async raw() {
			await pause();
			let db;
			const taken = await time(async () => (db = await floor.openAndGet("many", keys.many[0])));
			db.close();
			return taken;
		},
	});
}

const samples = (times) => Object.fromEntries(Object.entries(times).map(([name, all]) => [name, { samples: all }]));

/** Measures it all once; rounds are how many of each, by id. */
globalThis.measure = async (rounds) => {
	await globalThis.ready;
	const databases = { plain: await newStore("plain"), sealed: await newStore("sealed", "sealed"), raw: await newStore("raw") };
	databases.raw.db = await floor.open("raw");
	const result = {};
	for (const [size, count, records] of [[1, 1, 1], [200, 1, 200], [10_000, 10_000 / SLICE, SLICE]]) {
		const { unseen, ...known } = committing(databases, count, records);
		const times = await byTurns(rounds[size], size === 200 ? { ...known, unseen } : known);
		result[`store-${size}`] = samples({ mudpuppy: times.plain, floor: times.floor });
		result[`store-sealed-${size}`] = samples({ mudpuppy: times.sealed, unsealed: times.plain });
		if (times.unseen) result[`store-unseen-${size}`] = samples({ mudpuppy: times.unseen, unsealed: times.plain });
	}
	result["store-group"] = samples(await byTurns(rounds.group, grouped(databases)));
	databases.raw.db.close();
	for (const page of Object.values(databases)) await page.close();
	const { many, ten, raw } = await opening(rounds.open);
	result["store-open"] = samples({ mudpuppy: many, raw });
	result["store-open-many"] = samples({ mudpuppy: many, ten });
	return result;
};
