import { type Changes, limits, type StoreRecord, type Table, tables } from "../store/index.js";
import { inRoom, type Owned, record, ref, type Suite, wantsError } from "./suite.js";

export async function invalidChanges(suite: Suite): Promise<void> {
  const o = await suite.owned();
  const good = record("rooms", "good", "v");
  const long = "k".repeat(limits.keyBytes + 1);
  const puts = (bad: StoreRecord) => ({ puts: [good, bad] });
  for (const [what, changes] of Object.entries<Partial<Changes>>({
    "an unknown table": puts(record("no table" as Table, "k", "v")),
    "an empty key": puts(record("rooms", "", "v")),
    "too long a key": puts(record("rooms", long, "v")),
    "too long a key in UTF-8": puts(record("rooms", "\u20ac".repeat(171), "v")),
    "U+0000 in a key": puts(record("rooms", "a\0b", "v")),
    "half of a surrogate pair": puts(record("rooms", "\ud800", "v")),
    "two puts of a record": puts(good),
    "a put and a delete of a record": { puts: [good], deletes: [good] },
    "a delete of too long a key": { puts: [good], deletes: [ref("rooms", long)] },
    "an index that the table has not": puts(record("rooms", "k", "v", { room: "r" })),
    "too long a text in an index": puts(record("inbound_sessions", "k", "v", { room: long })),
    "too long a value": puts({ ...good, key: "k", value: new Uint8Array(limits.valueBytes + 1) }),
    "too many records": { puts: [good], deletes: Array.from({ length: limits.changes }, (_, i) => ref("rooms", `${i}`)) },
    "too many bytes": {
      puts: Array.from({ length: 9 }, (_, i) => ({ ...good, key: `${i}`, value: new Uint8Array(limits.valueBytes) })),
    },
  })) {
    await wantsError(what, "ERR_STORE_INVALID", () => o.commit(changes));
  }
  await o.wants({ table: "rooms" });
}

export async function largestCommit(suite: Suite): Promise<void> {
  const o = await suite.owned();
  const many = Array.from({ length: limits.changes }, (_, i) => inRoom(`${i}`, "r"));
  await o.put(...many);
  await o.wants({ table: "inbound_sessions", index: "room", value: "r" }, ...many);
  const value = new Uint8Array(limits.valueBytes);
  const large = Array.from({ length: limits.bytes / limits.valueBytes }, (_, i): StoreRecord => ({ table: "settings", key: `${i}`, value }));
  await o.put(...large);
  for (const r of large) await o.wants({ table: "settings", keys: [r.key] }, r);
}

/** Commits what a sealed store may ask of the one below it. */
export async function sealedRoom(suite: Suite): Promise<void> {
  const o = await suite.owned();
  const large = new Uint8Array(limits.valueBytes + limits.sealed.valueBytes);
  const puts = Array.from({ length: limits.changes + limits.sealed.changes }, (_, i): StoreRecord => {
    return i < limits.bytes / limits.valueBytes ? { ...ref("settings", `${i}`), value: large } : record("settings", `${i}`, "v");
  });
  await o.commit({ sealed: true, puts });
  await o.wants({ table: "settings" }, ...puts);
  for (const [what, changes] of Object.entries<Partial<Changes>>({
    "too many records even for a sealed store": { deletes: [...puts, ref("rooms", "k")] },
    "too long a value even for a sealed store": { puts: [{ ...ref("rooms", "k"), value: new Uint8Array(large.length + 1) }] },
  })) {
    await wantsError(what, "ERR_STORE_INVALID", () => o.commit({ ...changes, sealed: true }));
  }
}

export async function commitsAtOnce(suite: Suite): Promise<void> {
  const o = await suite.owned();
  const want = Array.from({ length: 32 }, (_, i) => inRoom(`${i}`, "r"));
  await Promise.all(want.map((r) => o.commit({ puts: [r, record("users", r.key, "v")] })));
  await o.wants({ table: "inbound_sessions" }, ...want);
}

/** Compares a store with a map, under changes of all kinds. */
export async function randomChanges(suite: Suite): Promise<void> {
  const o = await suite.owned();
  const model = new Map<string, StoreRecord>();
  try {
    for (let i = 0; i < 60; i++) {
      const { puts, deletes } = randomCommit(suite);
      await o.commit({ puts, deletes });
      for (const r of puts) model.set(`${r.table}/${r.key}`, r);
      for (const r of deletes) model.delete(`${r.table}/${r.key}`);
      await compare(suite, o, [...model.values()]);
    }
  } catch (error) {
    throw new Error(`to repeat: seed ${suite.seed}: ${(error as Error).message}`, { cause: error });
  }
}

const changing = tables.filter(({ table }) => ["inbound_sessions", "olm_sessions", "account"].includes(table));

const pick = <T>(suite: Suite, from: readonly T[]) => from[suite.below(from.length)] as T;

function randomCommit(suite: Suite): Pick<Changes, "puts" | "deletes"> {
  const changed = new Set<string>();
  const puts: StoreRecord[] = [];
  const deletes = [];
  for (let n = suite.below(12); n > 0; n--) {
    const { table, indexes } = pick(suite, changing);
    const at = ref(table, `${suite.below(25)}`);
    const name = `${table}/${at.key}`;
    if (changed.has(name)) continue;
    changed.add(name);
    if (suite.below(3) === 0) {
      deletes.push(at);
      continue;
    }
    const value = Uint8Array.from({ length: suite.below(300) }, () => suite.below(256));
    const texts = indexes.map((index) => [index, suite.below(4)] as const).filter(([, n]) => n > 0);
    puts.push({ ...at, value, indexes: Object.fromEntries(texts.map(([index, n]) => [index, `value ${n}`])) });
  }
  return { puts, deletes };
}

async function compare(suite: Suite, o: Owned, model: StoreRecord[]): Promise<void> {
  const { table, indexes } = pick(suite, changing);
  const there = model.filter((r) => r.table === table);
  await o.wants({ table, limit: 1 + suite.below(30) }, ...there);
  for (const index of indexes) {
    const value = "value 1";
    await o.wants({ table, index, value }, ...there.filter((r) => r.indexes?.[index] === value));
  }
}
