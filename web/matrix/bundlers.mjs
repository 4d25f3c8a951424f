// How each bundler is used, as plainly as its users would.
import { copyFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { nodeResolve } from "@rollup/plugin-node-resolve";
import * as esbuild from "esbuild";
import { rollup } from "rollup";
import * as vite from "vite";
import webpack from "webpack";

const path = (relative) => fileURLToPath(new URL(relative, import.meta.url));
const source = path("../test/scenario");

/**
 * Bundlers for pages: from main.mjs and worker.mjs to files of the same names,
 * unless the bundler names files itself. `hashed` is what it calls the .wasm files,
 * and `itsWorker` what becomes of a machine in Mudpuppy's own worker.
 */
export const forPages = [
  {
    name: "vite",
    how: "build",
    hashed: /^assets\/(olm|mudpuppy)-[\w-]{8}\.wasm$/,
    build: (outDir) => vite.build({ ...viteOptions, build: { outDir } }),
  },
  {
    name: "webpack",
    hashed: /^[0-9a-f]{20}\.wasm$/,
    build: (folder) => runWebpack({ entry: join(source, "main.mjs"), output: { path: folder, filename: "main.mjs" } }),
  },
  {
    name: "esbuild",
    how: "--loader:.wasm=file and init({ url })",
    hashed: /^(olm|mudpuppy)-[0-9A-Z]{8}\.wasm$/,
    itsWorker: "ERR_WORKER",
    build: (outdir) => runEsbuild({ outdir, loader: { ".wasm": "file" } }, { main: "with-url.mjs", worker: "worker.mjs" }),
  },
  {
    name: "esbuild",
    how: "inline",
    itsWorker: "ERR_UNSUPPORTED",
    build: (outdir) => runEsbuild({ outdir, plugins: [inlineForEsbuild] }),
  },
  {
    name: "esbuild",
    how: ".wasm files copied beside the bundle, and the worker bundled there",
    build: async (outdir) => {
      await runEsbuild({ outdir });
      await runEsbuild({ outdir, outExtension: {}, entryPoints: { "mudpuppy.worker": "mudpuppy/worker" } });
      await copyModule(outdir);
    },
  },
  {
    name: "rollup",
    how: "inline",
    itsWorker: "ERR_UNSUPPORTED",
    build: (dir) => runRollup(dir, [toInline]),
  },
  {
    name: "rollup",
    how: ".wasm files copied beside the bundle",
    itsWorker: "ERR_WORKER",
    build: (dir) => runRollup(dir).then(() => copyModule(dir)),
  },
];

/** Bundlers for Node: from process.mjs to a file of the same name. */
export const forNode = [
  {
    name: "vite",
    how: "for Node, .wasm files copied beside the bundle",
    build: async (outDir) => {
      const rolldownOptions = { output: { entryFileNames: "[name].mjs" } };
      await vite.build({ ...viteOptions, build: { outDir, rolldownOptions, ssr: "process.mjs" }, ssr: { noExternal: true } });
      await copyModule(outDir);
    },
  },
  {
    name: "webpack",
    how: "for Node",
    hashed: /^[0-9a-f]{20}\.wasm$/,
    build: (folder) =>
      runWebpack({
        target: "node20",
        experiments: { outputModule: true },
        entry: join(source, "process.mjs"),
        output: { path: folder, filename: "process.mjs", module: true },
      }),
  },
  {
    name: "esbuild",
    how: "for Node, .wasm files copied beside the bundle",
    build: (outdir) => runEsbuild({ outdir, platform: "node" }, { process: "process.mjs" }).then(() => copyModule(outdir)),
  },
];

/** A development server of vite, which bundles what lies in node_modules when it starts. */
export async function startVite(cacheDir, headers) {
  const server = await vite.createServer({ ...viteOptions, cacheDir, server: { host: "127.0.0.1", port: 0, headers } });
  await server.listen();
  return server;
}

const viteOptions = { root: source, configFile: false, logLevel: "error" };

async function runWebpack(options) {
  const stats = await promisify(webpack)({ mode: "production", ...options });
  if (stats.hasErrors()) throw new Error(stats.toString("errors-only"));
}

async function runEsbuild(options, entries = { main: "main.mjs", worker: "worker.mjs" }) {
  const entryPoints = Object.entries(entries).map(([out, name]) => ({ out, in: join(source, name) }));
  const common = { bundle: true, format: "esm", outExtension: { ".js": ".mjs" }, logLevel: "error" };
  await esbuild.build({ absWorkingDir: source, entryPoints, ...common, ...options });
}

async function runRollup(dir, plugins = []) {
  const input = ["main.mjs", "worker.mjs"].map((name) => join(source, name));
  const bundle = await rollup({ input, plugins: [...plugins, nodeResolve({ browser: true })] });
  await bundle.write({ dir, entryFileNames: "[name].mjs" });
  await bundle.close();
}

/** The entries that load a .wasm file, and have another that does not. */
const entries = /^mudpuppy(\/olm)?$/;

const inlineForEsbuild = {
  name: "inline",
  setup(build) {
    build.onResolve({ filter: entries }, ({ path, kind, resolveDir }) => build.resolve(`${path}/inline`, { kind, resolveDir }));
  },
};

const toInline = {
  name: "inline",
  resolveId(id, importer) {
    return entries.test(id) ? this.resolve(`${id}/inline`, importer) : null;
  },
};

async function copyModule(folder) {
  for (const file of ["olm.wasm", "mudpuppy.wasm"]) {
    await copyFile(path(`../test/node_modules/mudpuppy/dist/${file}`), join(folder, file));
  }
}
