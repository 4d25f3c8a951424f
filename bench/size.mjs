// Prints how large the compiled modules are, and of what: run by `make size`.
// Sizes are exact, so unlike times they may fail: a module over its budget in
// size-budget.json makes the exit status 1.

import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { brotliCompressSync, constants } from "node:zlib";

import { flags, shipped } from "../web/flags.mjs";
import { lean } from "../web/lean.mjs";
import { go } from "./build.mjs";
import { byPackage } from "./size/packages.mjs";
import { functions, sections } from "./size/sections.mjs";

const { modules } = JSON.parse(readFileSync(new URL("size-budget.json", import.meta.url), "utf8"));

/** The size under brotli -11, as a server would send it. */
function brotli(bytes) {
  const params = {
    [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY,
    [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
  };
  return brotliCompressSync(bytes, { params }).length;
}

const kB = (n) => `${(n / 1000).toFixed(1)} kB`.padStart(12);

function compile(folder, path, flags) {
  const file = join(folder, "module.wasm");
  go("build", ...flags, "-o", file, path);
  return readFileSync(file);
}

/** Prints the sizes of one module, and tells whether it keeps to its budget. */
function report(folder, { name, package: path, brotli: budget }) {
  const module = lean(compile(folder, path, shipped));
  const named = compile(folder, path, flags());
  const packages = go("list", "-deps", path).split("\n");

  console.log(`size: ${name} (${path})\n`);
  console.log("code by package          raw");
  for (const { name, size } of byPackage(functions(named), packages)) console.log(`${kB(size)}  ${name}`);
  console.log("\nsections                 raw      brotli -11 by itself");
  for (const { name, size, content } of sections(module).filter(({ size }) => size >= 1000)) {
    console.log(`${name.padEnd(16)}${kB(size)}${kB(brotli(content))}`);
  }
  const compressed = brotli(module);
  const fits = compressed <= budget;
  console.log(`\n${"whole".padEnd(16)}${kB(module.length)}${kB(compressed)}`);
  console.log(`size: ${name}: ${compressed} of ${budget} bytes brotli -11: ${fits ? "ok" : "TOO LARGE"}`);
  return fits;
}

const folder = mkdtempSync(join(tmpdir(), "mudpuppy-size-"));
try {
  const fit = modules.map((module) => report(folder, module));
  if (fit.includes(false)) process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true });
}
