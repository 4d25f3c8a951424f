// The tables in which both stores keep their records. A database can hold several
// stores, each under a name, beside whatever else its owner has there.

/** The version of the schema. Another one needs a step from this one to it. */
export const SCHEMA = 1;

/** What SQLite says of a commit in an epoch that is not the store's: see {@link guard}. */
export const STALE = "mudpuppy_stale";

/** Makes the tables where they are not. Records lie in the index of their keys, so that one of them is one row to write. */
export const create: readonly string[] = [
  `CREATE TABLE IF NOT EXISTS mudpuppy_stores (
    name TEXT PRIMARY KEY,
    schema INTEGER NOT NULL,
    epoch TEXT NOT NULL CONSTRAINT ${STALE} CHECK (epoch <> '')
  ) WITHOUT ROWID`,
  `CREATE TABLE IF NOT EXISTS mudpuppy_records (
    store TEXT NOT NULL,
    tbl TEXT NOT NULL,
    key TEXT NOT NULL,
    value BLOB NOT NULL,
    room TEXT,
    sender TEXT,
    pending TEXT,
    PRIMARY KEY (store, tbl, key)
  ) WITHOUT ROWID`,
  ...["room", "sender", "pending"].map(
    (index) => `CREATE INDEX IF NOT EXISTS mudpuppy_by_${index} ON mudpuppy_records (store, tbl, ${index}) WHERE ${index} IS NOT NULL`,
  ),
];

/** Makes a store, unless there is one of that name. Takes the name. */
export const begin = `INSERT OR IGNORE INTO mudpuppy_stores VALUES (?, ${SCHEMA}, '0')`;

/** Tells of a store what `begin` has made. Takes the name. The epoch is text, as D1 has numbers as doubles. */
export const owner = "SELECT schema, epoch FROM mudpuppy_stores WHERE name = ?";

/**
 * Sets the epoch, or else, if it is not what it should be, to a text that no epoch
 * may be, which ends the transaction. Takes the name, the epoch before, and the
 * epoch from now on.
 */
export const guard = `INSERT OR REPLACE INTO mudpuppy_stores
  SELECT ?1, ${SCHEMA}, CASE WHEN (SELECT epoch FROM mudpuppy_stores WHERE name = ?1) = ?2 THEN ?3 ELSE '' END`;

/** What stands before the values of records. */
export const put = "INSERT OR REPLACE INTO mudpuppy_records (store, tbl, key, value, room, sender, pending) VALUES";

/** Deletes records of one table. Takes the store, the table, and the keys as JSON. */
export const remove = "DELETE FROM mudpuppy_records WHERE store = ? AND tbl = ? AND key IN (SELECT value FROM json_each(?))";

/** The columns that make a record. */
export const columns = "key, value, room, sender, pending";

/** Finds records by their keys. Takes the store, the table, and the keys as JSON. */
export const byKeys = `SELECT ${columns} FROM mudpuppy_records WHERE store = ? AND tbl = ? AND key IN (SELECT value FROM json_each(?))`;
