// Stores of one's own: what the package gives to those who write them.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { indexes, limits, StoreError, storeErrorCodes, tables, validateChanges, validateQuery } from "mudpuppy/store";
import { storeConformance } from "mudpuppy/store-conformance";
import { memoryStore } from "./stores/readme.mjs";
import { broken } from "./stores/broken.mjs";

const definitions = JSON.parse(readFileSync(new URL("../../store/testdata/definitions.json", import.meta.url), "utf8"));
const seed = Number(process.env.MUDPUPPY_SEED ?? Math.floor(Math.random() * 2 ** 32));

const inMemory = (change = (store) => store) => () => {
  const store = change(memoryStore());
  return () => store;
};

test("tables, indexes, limits and codes are those of Go", () => {
  assert.deepEqual(tables, definitions.tables);
  assert.deepEqual(indexes, definitions.indexes);
  assert.deepEqual(limits, definitions.limits);
  assert.deepEqual(storeErrorCodes, definitions.codes);
});

test("the cases of the conformance suite are those of Go", () => {
  const names = storeConformance(inMemory()).map(({ name }) => name);
  assert.deepEqual(names, definitions.cases);
});

describe("the store of README.md conforms", () => {
  storeConformance(inMemory(), { test, seed });
});

describe("a store is found out that breaks the rule that", () => {
  for (const [rule, { by, case: noticing }] of Object.entries(broken)) {
    test(rule, async () => {
      const { run } = storeConformance(inMemory(by), { seed }).find(({ name }) => name === noticing);
      await assert.rejects(run(), (error) => !/is not a function|undefined \(reading/.test(error.message));
    });
  }
});

test("a seed repeats random changes", async () => {
  const trace = async (seed) => {
    const seen = [];
    const noting = (store) => ({ ...store, commit: (epoch, changes) => (seen.push(changes), store.commit(epoch, changes)) });
    await storeConformance(inMemory(noting), { seed }).at(-1).run();
    return JSON.stringify(seen);
  };
  assert.equal(await trace(7), await trace(7));
  assert.notEqual(await trace(7), await trace(8));
  const failing = inMemory((store) => ({ ...store, load: (query) => (query.table === "meta" ? store.load(query) : 1) }));
  await assert.rejects(storeConformance(failing, { seed: 7 }).at(-1).run(), /^Error: to repeat: seed 7: /);
});

test("queries and changes are checked", () => {
  const refused = (action) => assert.throws(action, (error) => error instanceof StoreError && error.code === "ERR_STORE_INVALID");
  const changes = (puts, deletes = []) => ({ claim: false, relaxed: false, sealed: false, puts, deletes });
  const put = { table: "inbound_sessions", key: "k", value: new Uint8Array(1) };

  validateQuery({ table: "rooms", keys: undefined, index: undefined, value: undefined, limit: undefined, after: undefined });
  validateQuery({ table: "withheld", index: "room", value: "r", limit: 1 });
  validateChanges(changes([put, { ...put, key: "€".repeat(170), indexes: { room: "r", pending: undefined } }]));
  validateChanges(changes([put], [{ table: "rooms", key: "k" }]));
  for (const limit of [0, -1, 1.5, Number.NaN, "1", null]) refused(() => validateQuery({ table: "rooms", limit }));
  for (const key of ["", "\0", "\udc00", "€".repeat(171), 1, undefined]) refused(() => validateChanges(changes([{ ...put, key }])));
  for (const room of ["", 1, null]) refused(() => validateChanges(changes([{ ...put, indexes: { room } }])));
  for (const value of ["", [], new ArrayBuffer(1)]) refused(() => validateChanges(changes([{ ...put, value }])));
  refused(() => validateChanges(changes([put], [put])));
});
