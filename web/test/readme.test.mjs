// The lines that README.md shows do what they say.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

test("the ten lines of README.md", () => {
  const [, lines] = readFileSync(new URL("../README.md", import.meta.url), "utf8").match(/```js\n(.*?)```/s);
  const here = fileURLToPath(new URL(".", import.meta.url));
  const output = execFileSync(process.execPath, ["--input-type=module"], { cwd: here, input: lines, encoding: "utf8" });
  assert.equal(output, "0 Hello room\n");
});
