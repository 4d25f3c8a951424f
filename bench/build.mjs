// Builds what the benchmark runs, into dist/bench.

import { execFileSync } from "node:child_process";
import { copyFile, mkdir, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));

export const root = dirname(here);
export const dist = join(root, "dist", "bench");
export const site = join(dist, "site");

/** What the page fetches, by the name under which it does. */
const assets = {
  "mudpuppy.wasm": join(dist, "mudpuppy.wasm"),
  "kernel.wasm": join(root, "internal/aes/simd/kernel.wasm"),
  "olm.wasm": join(here, "node_modules/@matrix-org/olm/olm.wasm"),
  "rust.wasm": join(here, "node_modules/@matrix-org/matrix-sdk-crypto-wasm/pkg/matrix_sdk_crypto_wasm_bg.wasm"),
};

const html = `<!doctype html>
<meta charset="utf-8">
<title>Mudpuppy benchmark</title>
<script type="module" src="page.js"></script>
`;

/** The flags with which a module is compiled as it is shipped. */
export const shipped = ["-trimpath", "-tags=wasmhost", "-ldflags=-s -w"];

/** Runs the go command for wasm and returns what it prints. */
export function go(...args) {
  const env = { ...process.env, GOOS: "js", GOARCH: "wasm" };
  return execFileSync("go", args, { cwd: root, env, encoding: "utf8" }).trim();
}

/** Compiles Mudpuppy as it would be shipped, and copies the glue of the same Go. */
export async function buildWasm() {
  await mkdir(dist, { recursive: true });
  go("build", ...shipped, "-o", join(dist, "mudpuppy.wasm"), "./bench/wasm");
  await copyFile(join(go("env", "GOROOT"), "lib/wasm/wasm_exec.js"), join(dist, "wasm_exec.js"));
}

/** Bundles the page for browsers, with all the contestants. */
export async function buildSite() {
  const esbuild = await import("esbuild");
  await rm(site, { recursive: true, force: true });
  await mkdir(site, { recursive: true });
  await esbuild.build({
    entryPoints: [join(here, "engines/page.mjs")],
    outdir: site,
    bundle: true,
    splitting: true, // so that a page loads the contestants it needs
    format: "esm",
    platform: "browser",
    target: "es2022",
    external: ["crypto", "fs", "path"], // libolm asks for them in Node only
    minify: true,
    logLevel: "error",
  });
  await writeFile(join(site, "index.html"), html);
  for (const [name, source] of Object.entries(assets)) await copyFile(source, join(site, name));
}
