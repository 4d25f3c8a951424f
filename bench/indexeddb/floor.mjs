// What the store does at the least, in JavaScript: the same database, records,
// indexes, durability and reading of the epoch, without anything around it.

/** Opens the database of storepage, which has made it. */
export const open = (name) =>
	new Promise((resolve, reject) => {
		const request = indexedDB.open(name);
		request.onsuccess = () => resolve(request.result);
		request.onerror = () => reject(request.error);
	});

export function prepare(commits, records, size, prefix) {
	return Array.from({ length: commits }, (_, i) =>
		Array.from({ length: records }, (_, j) => {
			const n = i * records + j;
			return { key: prefix + n, value: new Uint8Array(size), room: `!room${n % 50}:example.org`, pending: "backup" };
		}),
	);
}

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
export async function openAndGet(name) {
	const db = await open(name);
	await new Promise((resolve, reject) => {
		const request = db.transaction("inbound_sessions").objectStore("inbound_sessions").get("0");
		request.onsuccess = resolve;
		request.onerror = () => reject(request.error);
	});
	return db;
}
