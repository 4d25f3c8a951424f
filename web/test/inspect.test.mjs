// The inspector counts, and tells nothing of what it counts.
import assert from "node:assert/strict";
import { test } from "node:test";
import { inspect, print } from "mudpuppy/inspect";
import { memoryStore } from "./stores/readme.mjs";

const SECRET = "!secret:example.org";

/** A store with 1,200 sessions in 7 rooms, of which 300 are to be backed up. */
function filledStore() {
  const store = memoryStore();
  const put = (...puts) => ({ claim: false, relaxed: false, sealed: false, puts, deletes: [] });
  store.commit(1, { ...put(), claim: true });
  for (let i = 0; i < 1200; i++) {
    const indexes = { room: `${SECRET}${i % 7}`, ...(i % 4 === 0 && { pending: SECRET }) };
    store.commit(1, put({ table: "inbound_sessions", key: `${SECRET}${i}`, value: new Uint8Array(100 + (i === 5)), indexes }));
  }
  store.commit(1, put({ table: "account", key: "é", value: new TextEncoder().encode(SECRET) }));
  return store;
}

test("a store's tables, counts, sizes, use of indexes and epoch", async () => {
  const inspection = await inspect(filledStore());
  assert.equal(inspection.epoch, 1);
  const { inbound_sessions, account, rooms } = Object.fromEntries(inspection.tables.map((table) => [table.table, table]));
  assert.deepEqual(inbound_sessions, {
    table: "inbound_sessions",
    records: 1200,
    bytes: 120_001,
    largest: 101,
    keyBytes: 1200 * SECRET.length + 10 + 90 * 2 + 900 * 3 + 200 * 4,
    broken: 0,
    indexes: [
      { index: "room", records: 1200, texts: 7 },
      { index: "pending", records: 300, texts: 1 },
    ],
  });
  assert.deepEqual([account.records, account.bytes, account.keyBytes], [1, SECRET.length, 2]);
  assert.deepEqual([rooms.records, rooms.largest], [0, 0]);
});

test("an inspection as text holds no key and no value", async () => {
  const inspection = await inspect(filledStore());
  const text = print(inspection);
  assert.doesNotMatch(text + JSON.stringify(inspection), /secret:|example/);
  assert.match(text, /^epoch 1\ntable +records +bytes +largest +indexes\n/);
  assert.match(text, /\ninbound_sessions +1200 +120001 +101 +room 1200 in 7, pending 300 in 1\n/);
  assert.match(text, /\nall +1201 +120020$/);
});

test("records that cannot be read are counted", async () => {
  const store = filledStore();
  const broken = [{ table: "rooms", key: "k", reason: "torn" }];
  const load = (query) => (query.table === "rooms" ? { ...store.load(query), broken } : store.load(query));
  assert.match(print(await inspect({ ...store, load })), /\nrooms +0 +0 +0 +1 broken\n/);
});

test("it commits nothing, and fails with a store that answers wrongly", async () => {
  const { load } = filledStore();
  const commit = () => assert.fail("it committed");
  await inspect({ load, commit });
  const endless = (query) => ({ ...load(query), next: "more" });
  await assert.rejects(inspect({ load: endless, commit }), { code: "ERR_STORE_FAILED" });
});
