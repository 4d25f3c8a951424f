import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { storeConformance } from "mudpuppy/store-conformance";
import { SQLiteStore } from "../store.js";
import { drivers } from "./drivers.mjs";

const folder = mkdtempSync(join(tmpdir(), "mudpuppy-sqlite-"));
after(() => rmSync(folder, { recursive: true }));

let places = 0;
const newPath = () => join(folder, `${++places}.db`);

const record = (key, bytes = 1) => ({ table: "settings", key, value: new Uint8Array(bytes) });
const put = (...puts) => ({ claim: false, relaxed: false, sealed: false, puts, deletes: [] });
const claim = { ...put(), claim: true };
const code = (code) => (error) => error.code === code;

for (const [name, { open, skip }] of Object.entries(drivers)) {
  if (skip) {
    test(name, { skip }, () => {});
    continue;
  }
  describe(`by ${name}`, () => {
    storeConformance(() => {
      const path = newPath();
      return () => new SQLiteStore(open(path));
    }, { test });

    test("what is committed is in the file, and outlasts the store", () => {
      const path = newPath();
      const first = new SQLiteStore(open(path));
      first.commit(1, claim);
      first.commit(1, put(record("kept")));
      first.close();
      assert.throws(() => first.load({ table: "settings" }), code("ERR_STORE_CLOSED"));
      assert.throws(() => first.commit(1, put()), code("ERR_STORE_CLOSED"));
      first.close();
      assert.deepEqual(readdirSync(folder).filter((file) => join(folder, file).startsWith(path)), [`${places}.db`]);
      const second = new SQLiteStore(open(path));
      const { epoch, records } = second.load({ table: "settings" });
      assert.deepEqual([epoch, records.map(({ key }) => key)], [1, ["kept"]]);
      second.close();
    });

    test("a commit waits for the disk, unless it is relaxed", () => {
      const said = [];
      const database = open(newPath());
      const store = new SQLiteStore({
        exec: (sql) => (said.push(sql), database.exec(sql)),
        prepare: (sql) => database.prepare(sql),
        close: () => database.close(),
      });
      store.commit(1, claim);
      store.commit(1, { ...put(record("k")), relaxed: true });
      const commits = said.slice(said.indexOf("PRAGMA synchronous = FULL"));
      const begin = ["BEGIN IMMEDIATE", "COMMIT"];
      assert.deepEqual(commits, ["PRAGMA synchronous = FULL", ...begin, "PRAGMA synchronous = NORMAL", ...begin]);
      assert.equal(Object.values(database.prepare("PRAGMA journal_mode").get())[0], "wal");
      store.close();
    });

    test("a full database says so, and nothing is lost", () => {
      const database = open(newPath());
      const store = new SQLiteStore(database);
      store.commit(1, claim);
      store.commit(1, put(record("kept")));
      database.prepare("PRAGMA max_page_count = 40").get();
      assert.throws(() => store.commit(1, put(record("a"), record("too large", 2 ** 20))), code("ERR_STORE_FULL"));
      assert.deepEqual(store.load({ table: "settings" }).records.map(({ key }) => key), ["kept"]);
      store.commit(1, put(record("b")));
      store.close();
    });

    test("a newer schema is left alone", () => {
      const path = newPath();
      new SQLiteStore(open(path)).close();
      const database = open(path);
      database.exec("PRAGMA user_version = 99");
      assert.throws(() => new SQLiteStore(database), code("ERR_STORE_TOO_NEW"));
      database.close();
    });
  });
}
