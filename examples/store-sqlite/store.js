// A store in an SQLite database, complete: copy it, and make it yours.
//
//     import { DatabaseSync } from "node:sqlite"; // of Node 22.13 or newer
//     const store = new SQLiteStore(new DatabaseSync("alice.db"));
//
//     import Database from "better-sqlite3"; // of any Node
//     const store = new SQLiteStore(new Database("alice.db"));
import { limits, StoreError, validateChanges, validateQuery } from "mudpuppy/store";

/** The version of the schema, which SQLite keeps for us as user_version. */
const SCHEMA = 1;

const schema = `
  CREATE TABLE owner (epoch INTEGER NOT NULL);
  INSERT INTO owner VALUES (0);
  CREATE TABLE records (
    tbl TEXT NOT NULL,
    key TEXT NOT NULL,
    value BLOB NOT NULL,
    room TEXT,
    sender TEXT,
    pending TEXT,
    PRIMARY KEY (tbl, key)
  );
  CREATE INDEX by_room ON records (tbl, room, key) WHERE room IS NOT NULL;
  CREATE INDEX by_sender ON records (tbl, sender, key) WHERE sender IS NOT NULL;
  CREATE INDEX by_pending ON records (tbl, pending, key) WHERE pending IS NOT NULL;
  PRAGMA user_version = ${SCHEMA};
`;

const select = "SELECT key, value, room, sender, pending FROM records WHERE tbl = ?";
const page = "AND key > ? ORDER BY key LIMIT ?";

const statements = {
  epoch: "SELECT epoch FROM owner",
  setEpoch: "UPDATE owner SET epoch = ?",
  all: `${select} ${page}`,
  keys: `${select} AND key IN (SELECT value FROM json_each(?))`,
  room: `${select} AND room = ? ${page}`,
  sender: `${select} AND sender = ? ${page}`,
  pending: `${select} AND pending = ? ${page}`,
  // node:sqlite takes some empty arrays for NULL.
  put: "INSERT OR REPLACE INTO records (tbl, key, value, room, sender, pending) VALUES (?, ?, coalesce(?, x''), ?, ?, ?)",
  delete: "DELETE FROM records WHERE tbl = ? AND key = ?",
};

/** @implements {import("mudpuppy/store").Store} */
export class SQLiteStore {
  #database;
  #statements;
  #isClosed = false;

  constructor(database) {
    this.#database = database;
    this.#attempt(() => {
      database.exec("PRAGMA busy_timeout = 5000"); // for other processes to come to an end
      database.exec("PRAGMA journal_mode = WAL");
      this.#transaction("IMMEDIATE", () => this.#migrate());
    });
    this.#statements = Object.fromEntries(Object.entries(statements).map(([name, sql]) => [name, database.prepare(sql)]));
  }

  load(query) {
    validateQuery(query);
    // In one transaction, for the epoch to be that of the records.
    return this.#attempt(() => this.#transaction("DEFERRED", () => ({ epoch: this.#epoch(), ...this.#find(query) })));
  }

  #find({ table, keys, index, value, limit = limits.page, after = "" }) {
    if (keys) return { records: this.#statements.keys.all(table, JSON.stringify(keys)).map((row) => record(table, row)) };
    // One more than may come tells whether there are more.
    const rows = index
      ? this.#statements[index].all(table, value, after, limit + 1)
      : this.#statements.all.all(table, after, limit + 1);
    const records = rows.slice(0, limit).map((row) => record(table, row));
    return { records, next: rows.length > limit ? records.at(-1).key : undefined };
  }

  commit(epoch, changes) {
    validateChanges(changes);
    this.#attempt(() => {
      // FULL waits until the disk has it, NORMAL until the system has it.
      this.#database.exec(`PRAGMA synchronous = ${changes.relaxed ? "NORMAL" : "FULL"}`);
      // IMMEDIATE keeps others from writing from before the epoch is compared.
      this.#transaction("IMMEDIATE", () => this.#change(epoch, changes));
    });
  }

  #change(epoch, { claim, puts, deletes }) {
    if (epoch !== this.#epoch() + (claim ? 1 : 0)) {
      throw new StoreError("ERR_STORE_STALE", "another owner has claimed the store");
    }
    if (claim) this.#statements.setEpoch.run(epoch);
    for (const { table, key, value, indexes: { room = null, sender = null, pending = null } = {} } of puts) {
      this.#statements.put.run(table, key, value, room, sender, pending);
    }
    for (const { table, key } of deletes) this.#statements.delete.run(table, key);
  }

  close() {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#database.close();
  }

  #epoch() {
    return this.#statements.epoch.get().epoch;
  }

  /** Makes the schema, or brings that of an older version up to date: one step for each version. */
  #migrate() {
    const { user_version: version } = this.#database.prepare("PRAGMA user_version").get();
    if (version > SCHEMA) throw new StoreError("ERR_STORE_TOO_NEW", `the schema is ${version}, newer than ${SCHEMA}`);
    if (version < 1) this.#database.exec(schema);
  }

  /** Does all of the work, or none of it. */
  #transaction(kind, work) {
    this.#database.exec(`BEGIN ${kind}`);
    try {
      const result = work();
      this.#database.exec("COMMIT");
      return result;
    } catch (error) {
      try {
        this.#database.exec("ROLLBACK");
      } catch {
        // SQLite has done it already.
      }
      throw error;
    }
  }

  /** Gives errors the codes by which Mudpuppy knows them. */
  #attempt(work) {
    if (this.#isClosed) throw new StoreError("ERR_STORE_CLOSED", "the store is closed");
    try {
      return work();
    } catch (error) {
      throw error instanceof StoreError ? error : new StoreError(codeOf(error), error.message, { cause: error });
    }
  }
}

function record(table, { key, value, ...indexes }) {
  const texts = Object.entries(indexes).filter(([, text]) => text !== null);
  return { table, key, value, indexes: Object.fromEntries(texts) };
}

/** node:sqlite says SQLite's number for an error, better-sqlite3 its name. */
function codeOf({ errcode = 0, code = "" }) {
  const is = (number, name) => (errcode & 0xff) === number || code.startsWith(name);
  if (is(13, "SQLITE_FULL")) return "ERR_STORE_FULL";
  if (is(14, "SQLITE_CANTOPEN") || is(8, "SQLITE_READONLY")) return "ERR_STORE_UNAVAILABLE";
  return "ERR_STORE_FAILED";
}
