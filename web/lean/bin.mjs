#!/usr/bin/env node
// Makes programs in Go smaller, in their place: see ../lean.mjs.
//
//	npx mudpuppy-lean build/bot.wasm
import { readFileSync, writeFileSync } from "node:fs";
import { lean } from "../lean.mjs";

const files = process.argv.slice(2);
if (files.length === 0) {
  console.error("usage: mudpuppy-lean PROGRAM.wasm…");
  process.exit(2);
}
for (const file of files) {
  try {
    const before = readFileSync(file);
    const after = lean(before);
    writeFileSync(file, after);
    console.log(`${file}: ${after.length} bytes, of ${before.length}`);
  } catch (error) {
    console.error(`${file}: ${error.message}`);
    process.exitCode = 1;
  }
}
