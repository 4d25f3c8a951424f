// What the store does at the least, in JavaScript: the same database, records,
// indexes, durability and reading of the epoch, without anything around it.

/** Opens a database that storepage has made. */
export const open = (name) =>
	new Promise((resolve, reject) => {
		const request = indexedDB.open(name);
		request.onsuccess = () => resolve(request.result);
		request.onerror = () => reject(request.error);
	});

/** Prepares commits of some records each, with these keys, as storepage does. */
export function prepare(records, size, keys) {
	const all = keys.map((key, i) => {
		const value = crypto.getRandomValues(new Uint8Array(size));
		return { key, value, room: `!room${i % 50}:example.org`, pending: "backup" };
	});
	return Array.from({ length: keys.length / records }, (_, i) => all.slice(i * records, (i + 1) * records));
}

/** Looks for some records, with the epoch. */
export const look = (db, records) =>
	new Promise((resolve, reject) => {
		const tx = db.transaction(["owners", "inbound_sessions"]);
		tx.objectStore("owners").get("epoch");
		const table = tx.objectStore("inbound_sessions");
		let request;
		for (const { key } of records) request = table.get(key);
		request.onsuccess = () => resolve(request.result);
		tx.onabort = () => reject(tx.error);
	});

export const commit = (db, epoch, records) =>
	new Promise((resolve, reject) => {
		const tx = db.transaction(["owners", "inbound_sessions"], "readwrite", { durability: "strict" });
		tx.objectStore("owners").get("epoch").onsuccess = ({ target }) => {
			if (target.result === epoch) tx.commit();
			else tx.abort();
		};
		const table = tx.objectStore("inbound_sessions");
		for (const { key, value, room, pending } of records) {
			// As those who have bytes elsewhere must: a copy of them, in an object.
			table.put({ key, value: value.slice(), room, pending });
		}
		tx.oncomplete = resolve;
		tx.onabort = () => reject(tx.error ?? new Error("stale"));
	});

/** Opens a database and reads one record. */
export async function openAndGet(name, key) {
	const db = await open(name);
	await new Promise((resolve, reject) => {
		const request = db.transaction("inbound_sessions").objectStore("inbound_sessions").get(key);
		request.onsuccess = () => (request.result ? resolve() : reject(new Error("it is not there")));
		request.onerror = () => reject(request.error);
	});
	return db;
}
