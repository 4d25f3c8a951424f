// Runs in the page of the crash test: tells what the store has, then commits
// without end, and tells of each commit when it is durable.
import { changes, describe, tables } from "./commits.mjs";

const post = (path, body) => fetch(path, { method: "POST", body: JSON.stringify(body) }).then((response) => response.json());

const how = location.search.slice(1); // as crash.mjs says

const durabilities = new Set();
const { transaction } = IDBDatabase.prototype;
IDBDatabase.prototype.transaction = function (...args) {
	const tx = transaction.apply(this, args);
	if (tx.mode === "readwrite") durabilities.add(tx.durability);
	return tx;
};

// Chromium says so when it finds its own files damaged: it discards them all.
const { open } = IDBFactory.prototype;
let discarded = "";
IDBFactory.prototype.open = function (...args) {
	const request = open.apply(this, args);
	request.addEventListener("upgradeneeded", (event) => {
		if (event.dataLoss === "total") discarded = event.dataLossMessage || "for no reason given";
	});
	return request;
};

// The store deletes a database to have a new log.
if (how === "unhealed") {
	IDBFactory.prototype.deleteDatabase = () => {
		throw new DOMException("not now", "UnknownError");
	};
}

async function state() {
	const found = {};
	for (const table of tables) {
		for (const { key, value, broken } of await storepage.load(table)) {
			found[`${table}/${key}`] = broken ? `broken: ${broken}` : describe(value);
		}
	}
	return found;
}

try {
	await globalThis.ready;
	await storepage.open("crash");
	await storepage.claim();
	const { next } = await post("/state", { found: await state(), discarded });
	for (let n = next; ; n++) {
		const committed = storepage.commit(changes(n));
		if (how !== "early") await committed;
		post("/acknowledge", { n, durabilities: [...durabilities] });
		await committed;
	}
} catch (error) {
	await post("/failed", String(error.stack ?? error));
}
