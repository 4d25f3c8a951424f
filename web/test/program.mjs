// Go programs of the tests, which take the place of wasm/olm.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { flags } from "../flags.mjs";

/** Compiles the program in a folder beside this file, as it is shipped but for more tags, and returns its bytes. */
export function build(program, ...tags) {
  const folder = mkdtempSync(join(tmpdir(), "mudpuppy-"));
  const file = join(folder, "program.wasm");
  const env = { ...process.env, GOOS: "js", GOARCH: "wasm" };
  execFileSync("go", ["build", ...flags(...tags), "-o", file, `./${program}`], { env, cwd: fileURLToPath(new URL(".", import.meta.url)) });
  const bytes = readFileSync(file);
  rmSync(folder, { recursive: true });
  return bytes;
}
