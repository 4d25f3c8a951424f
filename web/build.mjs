// Builds the npm package and packs it to ../dist/mudpuppy.tgz.
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { appendFile, copyFile, mkdir, readFile, readdir, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { shipped } from "./flags.mjs";
import { lean } from "./lean.mjs";

const web = fileURLToPath(new URL(".", import.meta.url));
const root = join(web, "..");

const run = (command, args, options) =>
  execFileSync(command, args, { encoding: "utf8", stdio: ["ignore", "pipe", "inherit"], ...options });

/** The programs: their files, and where they are made from. */
const programs = { "olm.wasm": "./wasm/olm", "mudpuppy.wasm": "./wasm/full" };

async function buildWasm() {
  for (const [file, source] of Object.entries(programs)) {
    const target = join(web, "build", file);
    run("go", ["build", ...shipped, "-o", target, source], {
      cwd: root,
      env: { ...process.env, GOOS: "js", GOARCH: "wasm" },
    });
    await writeFile(target, lean(await readFile(target)));
  }
}

/**
 * Wraps Go's wasm_exec.js, which defines globals, so that it can be given an
 * object to define them in. One of them, fs, it also uses without globalThis.
 */
async function wrapGo(goroot) {
  const source = await readFile(join(goroot, "lib/wasm/wasm_exec.js"), "utf8");
  const [notice] = source.match(/^(\/\/.*\n)+/);
  const kept = `/*!\n${notice.replaceAll("// ", " * ")} */\n`;
  const wrapped = `${kept}export function loadGo(globalThis) {\nlet fs;\n${source}\nfs = globalThis.fs;\nreturn globalThis.Go;\n}\n`;
  await writeFile(join(web, "build/go-runtime.js"), wrapped);
}

const platforms = ["browser", "node", "inline", "workerd", "edge"];

const options = {
  absWorkingDir: web,
  bundle: true,
  target: "es2022",
  minify: true,
  keepNames: true,
  legalComments: "inline",
  loader: { ".wasm": "binary" },
  external: ["node:*"],
};

/** Names what is built, so that tabs and workers notice if they are of different builds. */
async function digest() {
  const sources = (await readdir(join(web, "src"), { recursive: true })).filter((name) => name.endsWith(".ts")).sort();
  const hash = createHash("sha256");
  for (const file of ["build/mudpuppy.wasm", ...sources.map((name) => `src/${name}`)]) hash.update(await readFile(join(web, file)));
  return hash.digest("base64url").slice(0, 16);
}

async function bundle() {
  const entries = ["mudpuppy", "olm", "libolm"].flatMap((name) => platforms.map((platform) => `${name}.${platform}`));
  await build({
    ...options,
    entryPoints: [...entries, "mudpuppy.worker", "mudpuppy.worker.node"].map((name) => `src/${name}.ts`),
    define: { MUDPUPPY_BUILD: JSON.stringify(await digest()) },
    outdir: "dist",
    splitting: true,
    format: "esm",
    plugins: [
      {
        name: "modules that the platform compiles",
        setup: ({ onResolve }) =>
          onResolve({ filter: /^\.\/\w+\.wasm(\?module)?$/ }, ({ path }) => ({ path, external: true })),
      },
    ],
  });
}

/** mudpuppy/libolm for those who call require. It has the .wasm file, but not its instance, in common with the rest. */
async function bundleForRequire() {
  await build({
    ...options,
    entryPoints: ["src/libolm.node.ts"],
    outfile: "dist/libolm.node.cjs",
    format: "cjs",
    define: { "import.meta.url": "moduleUrl" },
    banner: { js: 'const moduleUrl = require("node:url").pathToFileURL(__filename);' },
    footer: { js: "module.exports = module.exports.default;" },
  });
}

/** Adds to the types of mudpuppy/libolm the name that pages know it by, and copies them for those who call require. */
async function copyTypes() {
  const folder = join(web, "dist/libolm");
  await appendFile(join(folder, "index.d.ts"), "export as namespace Olm;\n");
  for (const name of await readdir(folder)) {
    const types = await readFile(join(folder, name), "utf8");
    if (types.includes('from "../')) continue; // what is inside
    await writeFile(join(folder, name.replace(/\.d\.ts$/, ".d.cts")), types.replaceAll(/(?<="\.\/\w+)\.js(?=")/g, ".cjs"));
  }
  await writeFile(join(folder, "index.d.cts"), 'import Olm = require("./surface.cjs");\nexport = Olm;\n');
}

/** What writers of stores use, and the stores of other platforms. It is small, so it stays readable. */
async function bundleStores() {
  await build({
    absWorkingDir: web,
    entryPoints: ["store", "store-conformance", "inspect", "cloudflare"].map((folder) => `src/${folder}/index.ts`),
    outdir: "dist",
    outbase: "src",
    chunkNames: "store/[name]-[hash]",
    bundle: true,
    splitting: true,
    format: "esm",
    target: "es2022",
  });
}

/** What those use who write a program in Go of their own. */
async function bundleLean() {
  await build({ absWorkingDir: web, entryPoints: ["lean/bin.mjs"], outfile: "dist/lean.js", bundle: true, format: "esm", platform: "node", target: "es2022" });
}

async function pack() {
  // Else the tarball would tell with which umask it was made.
  run("chmod", ["-R", "u=rwX,go=rX", "dist", "licenses", "LICENSE", "README.md", "package.json"], { cwd: web });
  await mkdir(join(root, "dist"), { recursive: true });
  const [{ filename }] = JSON.parse(
    run("npm", ["pack", "--json", "--ignore-scripts", "--pack-destination", join(root, "dist")], { cwd: web }),
  );
  await rename(join(root, "dist", filename), join(root, "dist/mudpuppy.tgz"));
}

for (const folder of ["build", "dist", "licenses"]) {
  await rm(join(web, folder), { recursive: true, force: true });
  await mkdir(join(web, folder));
}
const goroot = run("go", ["env", "GOROOT"]).trim();
await Promise.all([buildWasm(), wrapGo(goroot)]);
await Promise.all([bundle(), bundleForRequire(), bundleStores(), bundleLean()]);
run(process.execPath, [join(web, "node_modules/typescript/bin/tsc"), "-p", web]);
await copyTypes();
for (const file of Object.keys(programs)) await copyFile(join(web, "build", file), join(web, "dist", file));
await copyFile(join(root, "internal/aes/simd/kernel.wasm"), join(web, "dist/kernel.wasm"));
await copyFile(join(goroot, "LICENSE"), join(web, "licenses/go.txt"));
await copyFile(join(root, "LICENSE"), join(web, "LICENSE"));
await pack();
