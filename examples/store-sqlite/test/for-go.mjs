// Puts the store where the tests of Go's package store/jsstore look for one:
//
//     node --import ./for-go.mjs ../../../tools/wasm-exec.mjs jsstore.test
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SQLiteStore } from "../store.js";
import { drivers } from "./drivers.mjs";

const { open, skip } = drivers[process.env.MUDPUPPY_SQLITE ?? "node:sqlite"];
if (skip) throw new Error(skip);

const folder = mkdtempSync(join(tmpdir(), "mudpuppy-sqlite-"));
process.on("exit", () => rmSync(folder, { recursive: true }));

let places = 0;
globalThis.mudpuppyStoreToTest = () => {
  const path = join(folder, `${++places}.db`);
  return () => new SQLiteStore(open(path));
};
