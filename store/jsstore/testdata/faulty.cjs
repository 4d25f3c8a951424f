// A store that works, but for one call to it.
"use strict";

const full = () => Object.assign(new Error("no space"), { code: "ERR_STORE_FULL" });
const never = () => new Promise(() => {});

/** What can become of a call, if work does what was asked. */
const faults = {
	"throws": () => {
		throw full();
	},
	"rejects": () => Promise.reject(full()),
	"rejects after its work": async (work) => {
		await work();
		throw full();
	},
	"rejects with nothing": () => Promise.reject(),
	"rejects with what throws": () => {
		const trap = () => {
			throw new Error("a trap");
		};
		return Promise.reject(new Proxy({}, { get: trap, has: trap, getPrototypeOf: trap, ownKeys: trap }));
	},
	"stalls": (work, stalled) => {
		stalled();
		return never();
	},
	"stalls after its work": async (work, stalled) => {
		await work();
		stalled();
		return never();
	},
	"stalls, and works later": (work, stalled, later) => {
		later(work);
		stalled();
		return never();
	},
	"fulfils twice": (work) => ({
		then(fulfil, reject) {
			work().then((value) => {
				fulfil(value);
				fulfil({ records: [], epoch: 99 });
				reject(full());
			}, reject);
		},
	}),
	"rejects, then fulfils": (work) => ({
		then(fulfil, reject) {
			reject(full());
			work().then(fulfil, reject);
		},
	}),
	"works twice": async (work) => {
		await work();
		return work();
	},
	"answers with the page before": (work, stalled, later, before) => before ?? work(),
};

/**
 * Wraps a store. The call with number at, from 0, meets a fault; stalled is
 * called if no answer will come.
 */
module.exports = function faulty(store, fault, at, stalled) {
	let calls = 0;
	let before;
	let late = async () => {};
	const wrap = (method) => (...args) => {
		const work = () => store[method](...args);
		if (calls++ === at) return faults[fault](work, stalled, (work) => (late = work), before);
		const answer = work();
		if (method === "load") before = answer;
		return answer;
	};
	return {
		store: { load: wrap("load"), commit: wrap("commit") },
		/** Does what a call that stalled had put off. */
		workLate: () => late().catch(() => {}),
		met: () => calls > at,
	};
};

module.exports.faults = Object.keys(faults);
