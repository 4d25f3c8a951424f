// A program in Go that lives in a Durable Object, and ends in every way there is.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { missing, startWorker } from "./worker.mjs";

const path = (relative) => fileURLToPath(new URL(relative, import.meta.url));

describe("a Go program in a Durable Object", { skip: missing }, () => {
  const folder = mkdtempSync(join(tmpdir(), "mudpuppy-faulty-"));
  const program = join(folder, "faulty.wasm");
  let worker;

  before(async () => {
    execFileSync("go", ["build", "-ldflags=-s -w", "-o", program, "./faulty"], {
      cwd: path("."),
      env: { ...process.env, GOOS: "js", GOARCH: "wasm" },
      stdio: "inherit",
    });
    worker = await startWorker({
      entry: path("faulty/worker.mjs"),
      wasm: { "faulty.wasm": program },
      durableObjects: { OBJECT: { className: "Faulty", useSQLite: true } },
    });
  });
  after(async () => {
    await worker?.remove();
    rmSync(folder, { recursive: true });
  });

  const ask = async (how, name) => {
    const response = await worker.fetch(`/${how}?name=${name}`);
    return [response.status, await response.text()];
  };

  test("serves many requests, and requests at once", async () => {
    for (let n = 1; n <= 3; n++) assert.deepEqual(await ask("", "many"), [200, `${n} in the store, ${n} by this program`]);
    const answers = await Promise.all(Array.from({ length: 20 }, (_, i) => ask("", `one of ${i % 4}`)));
    assert.deepEqual(new Set(answers.map(([status]) => status)), new Set([200]));
  });

  for (const how of ["panic", "fatal", "exit", "stack", "memory", "later"]) {
    test(`ends by ${how}, and begins again with what it has kept`, { timeout: 60_000 }, async () => {
      assert.deepEqual(await ask("", how), [200, "1 in the store, 1 by this program"]);
      const [status, text] = await ask(how, how);
      if (how === "later") {
        assert.equal(status, 200, text);
        await sleep(200);
      } else {
        assert.equal(status, 503, text);
        assert.match(text, /the Go program has ended/);
      }
      assert.deepEqual(await ask("", how), [200, "3 in the store, 1 by this program"]);
      assert.deepEqual(await ask("", "bystander").then(([status]) => status), 200);
      assert.doesNotMatch(worker.log, /42/, "what a panic says is in the log");
    });
  }

  test("says that it cannot start, as long as that is so", async () => {
    await worker.restart({ options: { bindings: { FAULT: "at the start" } } });
    for (let i = 0; i < 2; i++) assert.equal((await ask("", "panic"))[0], 503);
    await worker.restart({ options: { bindings: {} } });
    assert.deepEqual(await ask("", "panic"), [200, "4 in the store, 1 by this program"]);
  });
});
