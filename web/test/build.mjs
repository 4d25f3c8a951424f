// Builds a Go program for wasm, and returns the module.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export function buildProgram(program, ...flags) {
  const folder = mkdtempSync(join(tmpdir(), "mudpuppy-"));
  const file = join(folder, "program.wasm");
  const env = { ...process.env, GOOS: "js", GOARCH: "wasm" };
  execFileSync("go", ["build", ...flags, "-o", file, program], { env, cwd: fileURLToPath(new URL(".", import.meta.url)) });
  const bytes = readFileSync(file);
  rmSync(folder, { recursive: true });
  return bytes;
}
