import { tables } from "../store/index.js";
import { check, claim, complete, load, record, ref, type Suite, wantsError } from "./suite.js";

export async function newStore(suite: Suite): Promise<void> {
  for (const { table } of tables) {
    const page = await load(await suite.opened(), { table });
    check(page.records.length === 0 && !page.broken?.length && page.next === undefined, `${table} is not empty`);
    check(page.epoch === 0, `the epoch of a new store is ${page.epoch}`);
  }
}

export async function claims(suite: Suite): Promise<void> {
  const a = await suite.owned();
  check(a.epoch === 1, `the first epoch is ${a.epoch}`);
  for (const wrong of [0, 1, 3, 2 ** 52]) {
    await wantsError(`a claim of epoch ${wrong}`, "ERR_STORE_STALE", () => a.store.commit(wrong, complete({ claim: true })));
  }
  // A claim may bring changes along.
  await a.store.commit(2, complete({ claim: true, puts: [record("settings", "k", "v")] }));
  const page = await a.load({ table: "settings" });
  check(page.epoch === 2, `the second epoch is ${page.epoch}`);
  check(page.records.length === 1, "the changes of a claim are not there");
}

export async function staleOwner(suite: Suite): Promise<void> {
  let a = await suite.owned();
  const kept = record("account", "own", "first");
  await a.put(kept);
  const b = await suite.owned();
  await b.put(record("settings", "b", "was here"));
  for (const changes of [
    {},
    { puts: [record("account", "own", "second")] },
    { puts: [record("account", "other", "second")], relaxed: true },
    { deletes: [ref("account", "own")] },
    { puts: [record("account", "own", "second")], claim: true },
  ]) {
    await wantsError("a stale commit", "ERR_STORE_STALE", () => a.commit(changes));
  }
  for (const wrong of [0, b.epoch + 1, 2 ** 52]) {
    const changes = complete({ deletes: [kept] });
    await wantsError(`a commit in epoch ${wrong}`, "ERR_STORE_STALE", () => b.store.commit(wrong, changes));
  }
  await b.wants({ table: "account" }, kept);
  // Who is stale may claim it again, and then it is the other one who is.
  a = await suite.owned();
  await a.put(record("settings", "b", "is gone"));
  await wantsError("a commit of the other", "ERR_STORE_STALE", () => b.commit({}));
}

export async function claimsAtOnce(suite: Suite): Promise<void> {
  const many = 8;
  const stores = [];
  for (let i = 0; i < many; i++) stores.push(await suite.opened());
  const epochs = await Promise.all(stores.map(claim));
  const sorted = epochs.sort((a, b) => a - b);
  check(
    sorted.every((epoch, i) => epoch === i + 1),
    `${many} claims at once got the epochs ${sorted}`,
  );
}
