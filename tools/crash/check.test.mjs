// Doctored histories: what the crash test must notice.
import assert from "node:assert/strict";
import { test } from "node:test";
import { check } from "./check.mjs";
import { changes, describe, stateAfter } from "./commits.mjs";

test("what is as it should be passes", () => {
	for (const commit of [0, 1, 17, 200]) assert.deepEqual(check(stateAfter(commit), commit), { commit, lost: 0, torn: [] });
});

test("a commit that nobody heard of any more may be there", () => {
	assert.deepEqual(check(stateAfter(18), 17), { commit: 18, lost: 0, torn: [] });
});

test("lost commits are counted", () => {
	assert.deepEqual(check(stateAfter(15), 17), { commit: 15, lost: 2, torn: [] });
	assert.deepEqual(check({}, 3), { commit: 0, lost: 3, torn: [] });
});

test("each put and each delete of a commit that is missing is seen", () => {
	let seen = 0;
	for (let n = 60; n < 80; n++) {
		const before = stateAfter(n - 1);
		const after = stateAfter(n);
		const { puts, deletes } = changes(n);
		for (const { table, key } of [...puts, ...deletes]) {
			const name = `${table}/${key}`;
			const found = { ...after, [name]: before[name] };
			if (before[name] === undefined) delete found[name];
			if (found[name] === after[name]) continue; // to delete what is not there
			const { commit, lost, torn } = check(found, n);
			if (name === "account/own") assert.ok(commit === n - 1 && lost === 1 && torn.length > 0);
			else assert.deepEqual({ commit, lost, torn }, { commit: n, lost: 0, torn: [name] });
			seen++;
		}
	}
	assert.ok(seen > 100, `${seen} changes`);
});

test("what is expected does not depend on where one begins", () => {
	const state = {};
	for (let n = 1; n <= 300; n++) {
		const { puts, deletes } = changes(n);
		for (const { table, key, value } of puts) state[`${table}/${key}`] = describe(value);
		for (const { table, key } of deletes) delete state[`${table}/${key}`];
		assert.deepEqual(stateAfter(n), state);
	}
});

test("a record that should not be there, and a value that is cut or mixed up, are seen", () => {
	assert.deepEqual(check({ ...stateAfter(9), "settings/alien": "9 settings/alien, 20 bytes" }, 9).torn, ["settings/alien"]);
	const { table, key, value } = changes(32).puts.find((put) => put.key === "large");
	const mixed = value.slice();
	mixed[50_000] ^= 1;
	for (const bytes of [value.subarray(0, 65_536), mixed]) {
		assert.deepEqual(check({ ...stateAfter(32), [`${table}/${key}`]: describe(bytes) }, 32).torn, ["settings/large"]);
	}
});
