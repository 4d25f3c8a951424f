// Makes a database, named by a, with schema 1 and a record in each kind of
// table, as it is on the disks of users. This file never changes.
return new Promise((resolve, reject) => {
	const request = indexedDB.open(a, 1);
	request.onupgradeneeded = () => {
		const db = request.result;
		db.createObjectStore("owners");
		const indexes = {
			olm_sessions: ["sender"],
			inbound_sessions: ["room", "pending"],
			withheld: ["room"],
		};
		for (const name of [
			"meta", "account", "olm_sessions", "outbound_sessions", "inbound_sessions", "users",
			"rooms", "requests", "withheld", "secrets", "settings", "quarantine",
		]) {
			const table = db.createObjectStore(name, { keyPath: "key" });
			for (const index of indexes[name] ?? []) table.createIndex(index, [index, "key"]);
		}
		const put = (table, record, key) => request.transaction.objectStore(table).put(record, key);
		put("owners", 7, "epoch");
		put("owners", new Uint8Array(16).fill(1), "identity");
		put("account", { key: "own", value: new Uint8Array([1, 2, 3]) });
		put("inbound_sessions", { key: "i", value: new Uint8Array([4]), room: "!r", pending: "backup" });
		put("olm_sessions", { key: "o", value: new Uint8Array(0), sender: "curve" });
	};
	request.onerror = () => reject(request.error);
	request.onsuccess = () => resolve(request.result.close());
});
