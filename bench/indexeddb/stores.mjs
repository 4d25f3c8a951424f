// What is measured of the store in IndexedDB: how long Mudpuppy takes, and what
// it is measured beside.

export const stores = [
	{ id: "store-1", title: "Commit of 1 record", beside: "floor" },
	{ id: "store-200", title: "Commit of 200 records", beside: "floor" },
	{ id: "store-10000", title: "Commits of 10,000 records in slices of 1,000", beside: "floor" },
	{ id: "store-group", title: "100 commits of 1 record, asked for at once", beside: "together" },
	{ id: "store-sealed-1", title: "Commit of 1 record, sealed", beside: "unsealed" },
	{ id: "store-sealed-200", title: "Commit of 200 records, sealed", beside: "unsealed" },
	{ id: "store-sealed-10000", title: "Commits of 10,000 records in slices of 1,000, sealed", beside: "unsealed" },
	{ id: "store-unseen-200", title: "The same of 200 that nobody has looked for", beside: "unsealed" },
	{ id: "store-open", title: "Opening with 100,000 records", beside: "raw" },
	{ id: "store-open-many", title: "Opening with 100,000 records", beside: "ten" },
];

/** How that is called which it is measured beside. */
export const titles = {
	floor: "raw IndexedDB",
	together: "one commit of 100",
	unsealed: "not sealed",
	raw: "raw IndexedDB, with a get",
	ten: "with ten records",
};
