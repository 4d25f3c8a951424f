// A store in memory, as short as it gets: Go checks what it is asked.
"use strict";

const stale = () => Object.assign(new Error("another owner has claimed it"), { code: "ERR_STORE_STALE" });
const copy = (record) => ({ ...record, value: record.value.slice(), indexes: { ...record.indexes } });
const name = ({ table, key }) => `${table} ${key}`;

/** A place for a store. Its answers are promises if so wanted, else values. */
module.exports = function memory(promised = true) {
	let epoch = 0;
	const records = new Map();
	const answer = (work) => (...args) => (promised ? new Promise((resolve) => setImmediate(resolve)).then(() => work(...args)) : work(...args));

	function load({ table, keys, index, value, limit, after = "" }) {
		const wanted = keys ? ({ key }) => keys.includes(key) : (r) => r.key > after && (!index || r.indexes[index] === value);
		const found = [...records.values()].filter((r) => r.table === table && wanted(r));
		found.sort((a, b) => (a.key < b.key ? -1 : 1));
		const page = keys ? found : found.slice(0, limit);
		return { records: page.map(copy), epoch, next: page.length < found.length ? page.at(-1).key : undefined };
	}

	function commit(owner, { claim, puts, deletes }) {
		if (owner !== epoch + (claim ? 1 : 0)) throw stale();
		epoch = owner;
		for (const record of puts) records.set(name(record), copy(record));
		for (const ref of deletes) records.delete(name(ref));
	}

	return { load: answer(load), commit: answer(commit) };
};
