// What is committed in the crash test. Commit n follows from n alone, so that
// both the page and whoever checks it afterwards know it.

const encoder = new TextEncoder();
const decoder = new TextDecoder();

const counter = "account/own";

/** A value that tells which commit wrote it, in every byte. */
function value(n, name, length) {
	const header = encoder.encode(`${n} ${name}\n`);
	const bytes = new Uint8Array(header.length + length).fill(n);
	bytes.set(header);
	return bytes;
}

/** The changes of commit n: counters as of ratchets, records that come and go, now and then a large one. */
export function changes(n) {
	const names = new Set([counter, `olm_sessions/${n % 5}`, `outbound_sessions/${n % 3}`]);
	for (let i = 0; i <= n % 4; i++) names.add(`inbound_sessions/${(n + 11 * i) % 40}`);
	if (n % 16 === 0) names.add("settings/large");
	const puts = [...names].map((name) => {
		const [table, key] = name.split("/");
		const length = key === "large" ? 90_000 : (n * 37) % 600;
		const indexes = table === "inbound_sessions" ? { room: `!${n % 3}`, pending: n % 2 ? "backup" : "" } : {};
		return { table, key, value: value(n, name, length), ...indexes };
	});
	const gone = `inbound_sessions/${(n * 7) % 40}`;
	return { puts, deletes: names.has(gone) ? [] : [{ table: "inbound_sessions", key: gone.split("/")[1] }] };
}

/** Says what a value is, in short. */
export function describe(bytes) {
	const end = bytes.indexOf(10);
	const header = decoder.decode(bytes.subarray(0, end));
	const n = Number.parseInt(header, 10);
	const whole = bytes.subarray(end + 1).every((byte) => byte === (n & 255));
	return `${header}, ${bytes.length} bytes${whole ? "" : ", mixed up"}`;
}

export const tables = ["account", "olm_sessions", "outbound_sessions", "inbound_sessions", "settings"];

/** The number of the last commit, by what a store has. */
export const last = (state) => Number.parseInt(state[counter] ?? "0", 10);

/** Within so many commits each record is written, and perhaps deleted again. */
const CYCLE = 40;

/** What a store has after some commit, by "table/key". */
export function stateAfter(commit) {
	const state = {};
	for (let n = Math.max(1, commit - CYCLE + 1); n <= commit; n++) {
		const { puts, deletes } = changes(n);
		for (const { table, key, value } of puts) state[`${table}/${key}`] = value;
		for (const { table, key } of deletes) delete state[`${table}/${key}`];
	}
	return Object.fromEntries(Object.entries(state).map(([name, bytes]) => [name, describe(bytes)]));
}
