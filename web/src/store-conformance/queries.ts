import { type Index, limits, type Query, type StoreRecord } from "../store/index.js";
import { check, describe, inRoom, record, ref, type Suite, wantsError } from "./suite.js";

export async function byKeys(suite: Suite): Promise<void> {
  const o = await suite.owned();
  const all = Array.from({ length: 700 }, (_, i) => record("users", `key ${i}`, `of key ${i}`));
  await o.put(...all);
  const [r5, r699] = [all[5], all[699]] as [StoreRecord, StoreRecord];
  await o.wants({ table: "users", keys: ["key 5", "missing", "key 699"] }, r5, r699);
  await o.wants({ table: "users", keys: ["missing"] });
  await o.wants({ table: "users", keys: [] }); // not all of them
  await o.wants({ table: "rooms", keys: ["key 5"] });
  // All that was asked for comes at once, whatever the limit.
  const keys = all.map(({ key }) => key);
  const page = await o.load({ table: "users", keys, limit: 3 });
  check(page.records.length === keys.length, `${keys.length} keys: ${page.records.length} records`);
}

export async function byIndex(suite: Suite): Promise<void> {
  const o = await suite.owned();
  const [a, b, c] = [inRoom("a", "r", "backup"), inRoom("b", "r"), inRoom("c", "rr", "backup")];
  await o.put(a, b, c, record("inbound_sessions", "d", "in no room"));
  for (const [index, value, want] of [
    ["room", "r", [a, b]],
    ["room", "rr", [c]],
    ["room", "R", []],
    ["room", "backup", []],
    ["pending", "backup", [a, c]],
    ["pending", "r", []],
  ] as [Index, string, StoreRecord[]][]) {
    await o.wants({ table: "inbound_sessions", index, value }, ...want);
  }
  await o.wants({ table: "withheld", index: "room", value: "r" });
}

export async function movedIndex(suite: Suite): Promise<void> {
  const o = await suite.owned();
  const by = (index: Index, value: string): Query => ({ table: "inbound_sessions", index, value });
  await o.put(inRoom("a", "r", "backup"), inRoom("b", "r", "backup"));
  await o.put(inRoom("a", "r"));
  await o.wants(by("room", "r"), inRoom("a", "r"), inRoom("b", "r", "backup"));
  await o.wants(by("pending", "backup"), inRoom("b", "r", "backup"));
  await o.put(inRoom("b", "q", "later"));
  await o.wants(by("room", "r"), inRoom("a", "r"));
  await o.wants(by("room", "q"), inRoom("b", "q", "later"));
  await o.wants(by("pending", "backup"));
  await o.commit({ deletes: [ref("inbound_sessions", "b")] });
  await o.wants(by("room", "q"));
  await o.wants(by("pending", "later"));
  await o.put(inRoom("b", "r"));
  await o.wants(by("room", "r"), inRoom("a", "r"), inRoom("b", "r"));
}

export async function pages(suite: Suite): Promise<void> {
  const o = await suite.owned();
  const all = Array.from({ length: 1100 }, (_, i) => inRoom(`${i}`, "r", i % 3 === 0 ? "backup" : undefined));
  const some = all.filter(({ indexes }) => indexes?.pending);
  await o.put(...all);
  for (const limit of [undefined, 1, 7, 100, 1099, 1100, 1101]) {
    await o.wants({ table: "inbound_sessions", index: "pending", value: "backup", limit }, ...some);
    if (limit === 1) continue; // slow with many
    await o.wants({ table: "inbound_sessions", limit }, ...all);
    await o.wants({ table: "inbound_sessions", index: "room", value: "r", limit }, ...all);
  }
}

/**
 * Changes records between pages. Those that are left alone come exactly once;
 * the others may come or not.
 */
export async function pagesMeanwhile(suite: Suite): Promise<void> {
  const o = await suite.owned();
  const name = (i: number) => `key ${String(i % 200).padStart(3, "0")}`;
  for (const query of [
    { table: "inbound_sessions", limit: 10 },
    { table: "inbound_sessions", limit: 10, index: "room", value: "r" },
  ] as Query[]) {
    for (let i = 0; i < 200; i++) await o.put(inRoom(name(i), "r"));
    const seen = new Map<string, number>();
    for (let after: string | undefined, n = 0; ; n++) {
      const page = await o.load({ ...query, after });
      for (const { key } of page.records) seen.set(key, (seen.get(key) ?? 0) + 1);
      if (page.next === undefined) break;
      check(n < 10_000, `${describe(query)}: the pages do not end`);
      after = page.next;
      const changed = { ...inRoom(name(n * 8), "r", "new") };
      await o.commit({ puts: [changed, inRoom(`new ${n}`, "r")], deletes: [ref("inbound_sessions", name(n * 8 + 4))] });
    }
    for (let i = 0; i < 200; i++) {
      const times = seen.get(name(i)) ?? 0;
      check(i % 4 === 0 || times === 1, `${describe(query)}: ${name(i)} came ${times} times`);
    }
  }
}

export async function invalidQueries(suite: Suite): Promise<void> {
  const o = await suite.owned();
  for (const query of [
    {},
    { table: "no table" },
    { table: "inbound_sessions", index: "no index", value: "v" },
    { table: "inbound_sessions", index: "sender", value: "v" },
    { table: "inbound_sessions", index: "room" },
    { table: "inbound_sessions", value: "v" },
    { table: "inbound_sessions", index: "room", value: "v", keys: ["k"] },
    { table: "inbound_sessions", limit: -1 },
    { table: "inbound_sessions", limit: 1.5 },
    { table: "inbound_sessions", keys: Array.from({ length: limits.changes + 1 }, () => "k") },
  ]) {
    await wantsError(describe(query as Query), "ERR_STORE_INVALID", () => o.store.load(query as Query));
  }
}
