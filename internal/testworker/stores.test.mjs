// The stores for Cloudflare Workers, in workerd.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { missing, startWorker } from "./worker.mjs";

const path = (relative) => fileURLToPath(new URL(relative, import.meta.url));
const seed = Number(process.env.MUDPUPPY_SEED || Date.now() % 2 ** 32);

const worker = missing
  ? undefined
  : await startWorker({
      entry: path("stores/worker.mjs"),
      durableObjects: { PLACE: { className: "Place", useSQLite: true } },
      d1Databases: ["DB"],
    });
const cases = worker ? await (await worker.fetch("/")).json() : ["the suite"];
after(() => worker?.remove());

for (const kind of ["durable", "d1"]) {
  describe(`the ${kind} store in workerd`, { skip: missing }, () => {
    for (const name of cases) {
      test(name, { timeout: 120_000 }, async () => {
        const response = await worker.fetch("/", { method: "POST", body: JSON.stringify({ kind, name, seed }) });
        assert.equal(await response.text(), "ok", `to repeat: MUDPUPPY_SEED=${seed}`);
      });
    }
  });
}
