// The stores as Go programs in workerd see them: the suite of store/storetest.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { missing } from "./worker.mjs";

const path = (relative) => fileURLToPath(new URL(relative, import.meta.url));

for (const store of ["durable", "d1"]) {
  test(`store/${store}, in Go`, { skip: missing, timeout: 600_000 }, () => {
    const args = ["test", "-count=1", "-v", "-exec", path("../../tools/workerd-exec"), `./store/${store}`];
    try {
      const env = { ...process.env, GOOS: "js", GOARCH: "wasm" };
      const output = execFileSync("go", args, { cwd: path("../.."), env, encoding: "utf8" });
      assert.match(output, /--- PASS: TestStore\/random_changes/);
    } catch (error) {
      throw new Error(error.stdout ? `${error.stdout}${error.stderr}` : error.message, { cause: error });
    }
  });
}
