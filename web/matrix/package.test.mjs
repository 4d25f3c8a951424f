// What can be wrong with a package that nobody has run yet.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { publint } from "publint";
import { formatMessage } from "publint/utils";

const path = (relative) => fileURLToPath(new URL(relative, import.meta.url));
const tarball = path("../../dist/mudpuppy.tgz");
const { exports } = JSON.parse(readFileSync(path("node_modules/mudpuppy/package.json"), "utf8"));

// How strictly attw judges each entry. "esm-only" is for those that are ES
// modules alone: to require() them is no error of the types, it works in Node
// since version 22, and before that there is import(). What knows no "exports"
// (node10) finds no entry of this package, by design: the other profile leaves
// out no more than that.
const profiles = {
  "esm-only": [".", "./inline", "./olm", "./olm/inline", "./libolm/inline", "./store", "./store-conformance", "./inspect", "./worker"],
  node16: ["./libolm"],
};

// What has no types, nor needs any.
const untyped = ["./mudpuppy.wasm", "./olm.wasm", "./package.json"];

test("publint finds nothing to say", async () => {
  const { buffer } = new Uint8Array(readFileSync(tarball));
  const { messages, pkg } = await publint({ pack: { tarball: buffer }, strict: true });
  assert.equal(pkg.name, "mudpuppy");
  assert.deepEqual(messages.map((message) => formatMessage(message, pkg)), []);
});

test("every entry is looked at", () => {
  assert.deepEqual([...Object.values(profiles).flat(), ...untyped].sort(), Object.keys(exports).sort());
});

for (const [profile, entries] of Object.entries(profiles)) {
  test(`are the types wrong? They are not (${profile})`, () => {
    const attw = path("node_modules/@arethetypeswrong/cli/dist/index.js");
    const style = ["--format", "ascii", "--no-emoji", "--no-color"];
    const args = [tarball, "--no-definitely-typed", ...style, "--profile", profile, "--entrypoints", ...entries];
    try {
      execFileSync(process.execPath, [attw, ...args], { encoding: "utf8" });
    } catch (error) {
      throw new Error(error.stdout + error.stderr);
    }
  });
}
