// Go programs of the tests, which take the place of wasm/olm.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** Compiles the program in a folder beside this file, and returns its bytes. */
export function build(program) {
  const folder = mkdtempSync(join(tmpdir(), "mudpuppy-"));
  const file = join(folder, "program.wasm");
  const env = { ...process.env, GOOS: "js", GOARCH: "wasm" };
  const flags = ["-trimpath", "-tags=wasmhost"];
  execFileSync("go", ["build", ...flags, "-o", file, `./${program}`], { env, cwd: fileURLToPath(new URL(".", import.meta.url)) });
  const bytes = readFileSync(file);
  rmSync(folder, { recursive: true });
  return bytes;
}

/** Starts a program by what is given as init, and returns its exports, which init hides. */
export async function catchExports(init) {
  const { instantiate } = WebAssembly;
  let exports;
  WebAssembly.instantiate = async (...args) => {
    const made = await instantiate(...args);
    if (made.exports?.mem) exports = made.exports;
    return made;
  };
  await init();
  WebAssembly.instantiate = instantiate;
  return exports;
}
