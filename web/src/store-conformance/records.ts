import { limits, type StoreRecord, tables } from "../store/index.js";
import { check, inRoom, Owned, record, ref, type Suite } from "./suite.js";

export async function roundTrip(suite: Suite): Promise<void> {
  const o = await suite.owned();
  const records: StoreRecord[] = [
    { table: "olm_sessions", key: "bytes", value: Uint8Array.from({ length: 256 }, (_, i) => i), indexes: { sender: "key" } },
    { table: "olm_sessions", key: "nothing", value: new Uint8Array(0) },
    { table: "olm_sessions", key: "zero", value: new Uint8Array(1) },
    // The same key in all tables is another record in each.
    ...tables.map(({ table, indexes }) => {
      return record(table, "key", `of ${table}`, Object.fromEntries(indexes.map((index) => [index, `by ${index}`])));
    }),
  ];
  await o.put(...records);
  for (const { table } of tables) {
    await o.wants({ table }, ...records.filter((record) => record.table === table));
  }
}

export async function largest(suite: Suite): Promise<void> {
  const o = await suite.owned();
  const long = (letter: string) => letter.repeat(limits.keyBytes);
  const value = Uint8Array.from({ length: limits.valueBytes }, (_, i) => (i * i) >> 3);
  const r: StoreRecord = { table: "inbound_sessions", key: long("k"), value, indexes: { room: long("r"), pending: long("p") } };
  await o.put(r);
  await o.wants({ table: r.table, keys: [r.key] }, r);
  await o.wants({ table: r.table, index: "room", value: long("r") }, r);
}

const texts = [
  ..."aA\x01\x7f%_*\"\\/:\u2028\uffff\ufeff0áé",
  "a ",
  " a",
  "a\u0301",
  "'; DROP TABLE account; --",
  "\u{1f98e}",
  "__proto__",
  "constructor",
  "toString",
  "null",
  "undefined",
  "00",
  "-0",
  "1e3",
  "NaN",
  "true",
  "!room:example.org",
  "+/",
  "\r\n",
];

export async function confusingTexts(suite: Suite): Promise<void> {
  const o = await suite.owned();
  const want = texts.map((key) => inRoom(key, `in ${key}`, key));
  await o.put(...want);
  await o.wants({ table: "inbound_sessions" }, ...want);
  for (const r of want) {
    await o.wants({ table: r.table, keys: [r.key] }, r);
    await o.wants({ table: r.table, index: "room", value: `in ${r.key}` }, r);
    await o.wants({ table: r.table, index: "pending", value: r.key }, r);
  }
}

export async function replaceAndDelete(suite: Suite): Promise<void> {
  const o = await suite.owned();
  await o.put(record("rooms", "a", "1"), record("rooms", "b", "1"), record("requests", "a", "1"));
  await o.put(record("rooms", "a", "22"));
  await o.wants({ table: "rooms" }, record("rooms", "a", "22"), record("rooms", "b", "1"));
  await o.commit({
    puts: [record("rooms", "c", "")],
    deletes: [ref("rooms", "a"), ref("rooms", "never"), ref("users", "a")],
  });
  await o.wants({ table: "rooms" }, record("rooms", "b", "1"), record("rooms", "c", ""));
  await o.wants({ table: "requests" }, record("requests", "a", "1"));
  await o.put(record("rooms", "a", "again"));
  await o.wants({ table: "rooms", keys: ["a"] }, record("rooms", "a", "again"));
}

export async function copies(suite: Suite): Promise<void> {
  const o = await suite.owned();
  const want = record("secrets", "k", "as it was");
  const given = record("secrets", "k", "as it was");
  const puts = [given];
  await o.commit({ puts });
  given.value.fill(0);
  given.key = "another";
  puts.length = 0;
  for (let i = 0; i < 2; i++) {
    const [loaded] = (await o.load({ table: "secrets" })).records;
    check(loaded, "the record is not there");
    await o.wants({ table: "secrets" }, want);
    loaded.value.fill(0);
    loaded.key = "another";
    await o.wants({ table: "secrets" }, want);
  }
}

export async function reopened(suite: Suite): Promise<void> {
  const a = await suite.owned();
  await a.put(inRoom("1", "r"), record("account", "own", "key"));
  const b = new Owned(await suite.opened(), a.epoch);
  await b.wants({ table: "inbound_sessions" }, inRoom("1", "r"));
  await b.put(inRoom("2", "r")); // the owner is who knows the epoch
  await a.wants({ table: "inbound_sessions", index: "room", value: "r" }, inRoom("1", "r"), inRoom("2", "r"));
  await a.commit({ relaxed: true, puts: [inRoom("3", "r")] });
  await b.wants({ table: "inbound_sessions", keys: ["3"] }, inRoom("3", "r"));
}
