// Builds the bot: build/bot.wasm, without what only stack traces need.
import { execFileSync } from "node:child_process";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { lean } from "../../web/lean.mjs";

const path = (relative) => fileURLToPath(new URL(relative, import.meta.url));
const target = path("build/bot.wasm");

await mkdir(path("build"), { recursive: true });
// HTTP/2 is the platform's business.
execFileSync("go", ["build", "-trimpath", "-buildvcs=false", "-ldflags=-s -w", "-tags=nethttpomithttp2", "-o", target, "."], {
  cwd: path("."),
  env: { ...process.env, GOOS: "js", GOARCH: "wasm" },
  stdio: "inherit",
});
const program = lean(await readFile(target));
await writeFile(target, program);
console.log(`build/bot.wasm: ${program.length} bytes, ${gzipSync(program, { level: 9 }).length} with gzip`);
