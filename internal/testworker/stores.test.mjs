// The stores for Cloudflare Workers, in workerd: the suite for all stores, and what is
// left of them when it is killed.
import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { missing, startWorker } from "./worker.mjs";

const path = (relative) => fileURLToPath(new URL(relative, import.meta.url));
const seed = Number(process.env.MUDPUPPY_SEED || Date.now() % 2 ** 32);
const kills = process.env.MUDPUPPY_LONG ? 100 : 3;
const WRITERS = 32;

const worker = missing
  ? undefined
  : await startWorker({
      entry: path("stores/worker.mjs"),
      durableObjects: { PLACE: { className: "Place", useSQLite: true } },
      d1Databases: ["DB"],
    });
const cases = worker ? await (await worker.fetch("/")).json() : [];
after(() => worker?.remove());

/** Calls a method of the Worker's object. */
async function call(kind, place, name, values) {
  const response = await worker.fetch(`/${place}`, { method: "POST", body: JSON.stringify({ kind, call: name, ...values }) });
  const answer = await response.json();
  if (response.status !== 200) throw Object.assign(new Error(answer.message), { code: answer.code ?? "none" });
  return answer;
}

for (const kind of ["durable", "d1"]) {
  describe(`the ${kind} store in workerd`, { skip: missing }, () => {
    for (const name of cases) {
      test(name, { timeout: 120_000 }, async () => {
        await call(kind, name, "run", { name, seed }).catch((cause) => {
          throw new Error(`to repeat: MUDPUPPY_SEED=${seed}`, { cause });
        });
      });
    }

    test(`nothing is lost, and nothing half, when it is killed ${kills} times`, { timeout: 3_600_000 }, async (t) => {
      await new Crash(kind).run(t);
    });
  });
}

/**
 * Writers that commit, each one number after the other, until workerd is killed. Of
 * each number there are two records in different tables, and one that is not replaced.
 */
class Crash {
  said = new Map(); // by writer, the number that was said to be kept
  tried = new Map(); // and the one that was tried last
  random = seed;

  constructor(kind) {
    this.kind = kind;
  }

  async run(t) {
    for (let i = 0; i < kills; i++) {
      const { epoch } = await this.ask("load", { table: "settings" });
      assert.equal(epoch, i, "the epoch");
      await this.ask("commit", { epoch: epoch + 1, claim: true });
      await assert.rejects(this.ask("commit", { epoch, puts: [{ table: "settings", key: "stale", value: "" }] }), { code: "ERR_STORE_STALE" });
      this.ended = false;
      const writers = Array.from({ length: WRITERS }, (_, writer) => this.write(epoch + 1, writer));
      await sleep(100 + this.below(500));
      this.ended = true;
      await worker.restart({ kill: true });
      await Promise.all(writers);
      await this.check();
    }
    const total = [...this.said.values()].reduce((a, b) => a + b, 0);
    t.diagnostic(`${WRITERS} writers, ${total} commits that were said to be kept, killed ${kills} times`);
    assert.ok(total > kills, "hardly anything was committed");
  }

  ask(name, values) {
    return call(this.kind, "crash", name, values);
  }

  async write(epoch, writer) {
    while (!this.ended) {
      const number = (this.tried.get(writer) ?? 0) + 1;
      this.tried.set(writer, number);
      const at = { key: `${writer}`, value: `${number}` };
      const puts = [{ table: "settings", ...at }, { table: "users", ...at }, { table: "rooms", key: `${writer} ${number}`, value: "" }];
      try {
        await this.ask("commit", { epoch, puts });
      } catch (error) {
        if (this.ended) return; // it was killed
        throw error;
      }
      this.said.set(writer, number);
    }
  }

  async check() {
    const [settings, users, rooms] = await Promise.all(["settings", "users", "rooms"].map((table) => this.ask("load", { table })));
    assert.deepEqual(settings, users, "two records of the same commits differ");
    let count = 0;
    for (let writer = 0; writer < WRITERS; writer++) {
      const kept = Number(settings.records[writer] ?? 0);
      const said = this.said.get(writer) ?? 0;
      assert.ok(kept >= said, `writer ${writer}: ${kept} is kept, but ${said} was said to be`);
      assert.ok(kept <= (this.tried.get(writer) ?? 0), `writer ${writer}: ${kept} was never written`);
      for (let number = 1; number <= kept; number++) count += Number(`${writer} ${number}` in rooms.records);
      this.said.set(writer, kept);
      this.tried.set(writer, kept);
    }
    const all = [...this.said.values()].reduce((a, b) => a + b, 0);
    assert.equal(count, all, "records of some commits are missing");
    assert.equal(Object.keys(rooms.records).length, all, "there are records of commits that were not made");
  }

  /** The next of repeatable numbers (those of Park and Miller). */
  below(n) {
    this.random = (this.random * 48271) % 0x7fffffff || 1;
    return this.random % n;
  }
}
