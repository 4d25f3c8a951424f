// Builds what the benchmark runs: Mudpuppy's package, unpacked where "mudpuppy"
// and "mudpuppy/olm" find it, and all else into dist/bench.

import { execFileSync } from "node:child_process";
import { cp, mkdir, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { shipped } from "../web/flags.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const mudpuppy = join(here, "node_modules/mudpuppy");

export const root = dirname(here);
export const dist = join(root, "dist", "bench");
export const site = join(dist, "site");

/** What the page fetches, by the name under which it does. */
const assets = {
  "probe.wasm": join(dist, "probe.wasm"),
  "libolm.wasm": join(here, "node_modules/@matrix-org/olm/olm.wasm"),
  "rust.wasm": join(here, "node_modules/@matrix-org/matrix-sdk-crypto-wasm/pkg/matrix_sdk_crypto_wasm_bg.wasm"),
  mudpuppy: join(mudpuppy, "dist"),
};

const html = `<!doctype html>
<meta charset="utf-8">
<title>Mudpuppy benchmark</title>
<script type="importmap">
{ "imports": { "mudpuppy": "./mudpuppy/mudpuppy.browser.js", "mudpuppy/olm": "./mudpuppy/olm.browser.js" } }
</script>
<script type="module" src="page.js"></script>
`;

/** Runs the go command for wasm and returns what it prints. */
export function go(...args) {
  const env = { ...process.env, GOOS: "js", GOARCH: "wasm" };
  return execFileSync("go", args, { cwd: root, env, encoding: "utf8" }).trim();
}

/** Packs Mudpuppy as it is shipped, and unpacks it among the peers. */
async function buildPackage() {
  execFileSync(process.execPath, [join(root, "web/build.mjs")], { stdio: "inherit" });
  await rm(mudpuppy, { recursive: true, force: true });
  await mkdir(mudpuppy, { recursive: true });
  execFileSync("tar", ["xzf", join(root, "dist/mudpuppy.tgz"), "--strip-components=1", "-C", mudpuppy]);
}

/** Compiles and bundles the probe with the same options as the package. */
async function buildProbe() {
  go("build", ...shipped, "-o", join(dist, "probe.wasm"), "./bench/probe/wasm");
  const esbuild = await import("esbuild");
  await esbuild.build({
    entryPoints: [join(here, "probe/index.ts")],
    outfile: join(dist, "probe.mjs"),
    bundle: true,
    format: "esm",
    target: "es2022",
    minify: true,
    keepNames: true,
    loader: { ".wasm": "binary" },
    logLevel: "error",
  });
}

/** Builds what is measured in Node and Bun. */
export async function build() {
  await mkdir(dist, { recursive: true });
  await buildPackage();
  await buildProbe();
}

/** Bundles the page for browsers, with all the contestants but Mudpuppy, whose own files it loads. */
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
    external: ["mudpuppy", "mudpuppy/olm", "crypto", "fs", "path"], // libolm asks for the last three in Node only
    minify: true,
    logLevel: "error",
  });
  await writeFile(join(site, "index.html"), html);
  for (const [name, source] of Object.entries(assets)) await cp(source, join(site, name), { recursive: true });
}
