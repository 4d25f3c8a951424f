// What is taken out of the program before it is packed (lean.mjs). That it still runs
// is what all other tests show.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { lean } from "../lean.mjs";
import { Module } from "../lean/module.mjs";
import { build } from "./program.mjs";

const whole = build("deep");
const thin = lean(whole);
const header = Uint8Array.of(0xf1, 0xff, 0xff, 0xff, 0, 0, 1, 8);
const has = (bytes, text) => Buffer.from(bytes).includes(text);

test("names of functions and of files are gone", () => {
  const packed = readFileSync(new URL("node_modules/mudpuppy/dist/mudpuppy.wasm", import.meta.url));
  for (const name of ["internal/bridge.(*Call).failWith", "internal/bridge/call.go"]) {
    assert.ok(has(whole, name), `${name} is not where it was looked for`);
    assert.ok(!has(thin, name), name);
    assert.ok(!has(packed, name), `${name}, in the package`);
  }
  assert.ok(WebAssembly.validate(thin));
});

test("all but the table of functions is as it was", () => {
  const [before, after] = [new Module(whole).memory, new Module(thin).memory];
  const end = before.length;
  const changed = [];
  for (let i = 0; i < end; i++) if (before[i] !== (after[i] ?? 0)) changed.push(i);
  assert.ok(changed.length > 100_000, `${changed.length} bytes changed`);
  assert.ok(changed[0] >= before.indexOf(header) + 72, "before the table");
  assert.ok(after.length <= end);
});

test("a module read and written is the same to memory", () => {
  const again = new Module(new Module(whole).encode());
  assert.deepEqual(again.memory, new Module(whole).memory);
});

test("the package has it as a program", () => {
  const { bin } = JSON.parse(readFileSync(new URL("node_modules/mudpuppy/package.json", import.meta.url)));
  const run = (...files) => spawnSync(process.execPath, [fileURLToPath(new URL(`node_modules/mudpuppy/${bin["mudpuppy-lean"]}`, import.meta.url)), ...files], { encoding: "utf8" });
  const folder = mkdtempSync(join(tmpdir(), "mudpuppy-lean-"));
  try {
    const [program, other] = [join(folder, "program.wasm"), join(folder, "other.wasm")];
    writeFileSync(program, whole);
    writeFileSync(other, "no program");
    const { status, stdout, stderr } = run(program);
    assert.deepEqual([status, stderr], [0, ""]);
    assert.equal(stdout, `${program}: ${thin.length} bytes, of ${whole.length}\n`);
    assert.ok(readFileSync(program).equals(thin));
    assert.deepEqual([run(other).status, run(program).status, run().status], [1, 0, 2]);
    assert.equal(readFileSync(other, "utf8"), "no program");
    assert.ok(readFileSync(program).equals(thin), "what was lean already is another one");
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("what looks otherwise is refused", () => {
  const empty = Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0);
  assert.throws(() => lean(empty), /no data/);
  const other = new Module(whole);
  other.memory[other.memory.indexOf(header)] = 0xf0;
  assert.throws(() => lean(other.encode()), /table of functions/);
});
