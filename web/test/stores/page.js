// Runs the conformance suite on the store in IndexedDB, and the inspector after
// it. What becomes of each case is left in the body, as the outcome.
import { inspect, inspectIndexedDB, print } from "mudpuppy/inspect";
import { storeConformance } from "mudpuppy/store-conformance";
import { openStore } from "./indexeddb.js";

let places = 0;
const newPlace = () => {
  const name = `store ${++places}`;
  return () => openStore(name);
};

/** Says of an action what is wrong, or nothing. */
const fault = (action) => action().then(
  () => "",
  (error) => `${error.message} ${error.cause?.stack ?? ""}`,
);

async function inspections() {
  const store = await openStore("inspected");
  const value = new Uint8Array(10);
  const puts = ["a", "b", "c"].map((key) => ({ table: "inbound_sessions", key, value, indexes: { room: "r", ...(key === "a" && { pending: "p" }) } }));
  await store.commit(1, { claim: true, relaxed: false, sealed: false, puts, deletes: [] });
  const texts = [print(await inspect(store)), print(await inspectIndexedDB("inspected"))];
  store.close();
  texts.push(await fault(() => inspectIndexedDB("none")));
  const there = (await indexedDB.databases()).some(({ name }) => name === "none");
  return [...texts, `${there}`];
}

const results = [];
for (const { name, run } of storeConformance(newPlace)) results.push([name, await fault(run)]);
document.body.dataset.outcome = JSON.stringify({ results, inspections: await inspections() });
