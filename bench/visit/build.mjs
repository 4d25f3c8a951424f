// Makes the pages that are visited: for each contestant one that does nothing else, made
// by one bundler with the same options, and compressed as well as brotli can.

import { execFileSync } from "node:child_process";
import { readFile, readdir } from "node:fs/promises";
import { dirname, extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { brotliCompress, constants } from "node:zlib";

import { root } from "../build.mjs";
import { visitor } from "./server.mjs";

const here = dirname(fileURLToPath(import.meta.url));

/** The WebAssembly of each contestant. */
const modules = {
  mudpuppy: "mudpuppy/dist/mudpuppy.wasm",
  rust: "@matrix-org/matrix-sdk-crypto-wasm/pkg/matrix_sdk_crypto_wasm_bg.wasm",
};

const html = `<!doctype html>
<html lang="en"><meta charset="utf-8"><title>A visit</title><link rel="icon" href="data:,">
<script type="module" src="page.js"></script>
`;

const types = { ".css": "text/css", ".html": "text/html", ".js": "text/javascript", ".svg": "image/svg+xml", ".wasm": "application/wasm" };

async function compressed(name, body) {
  const params = { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY, [constants.BROTLI_PARAM_SIZE_HINT]: body.length };
  return [name, { body: await promisify(brotliCompress)(body, { params }), type: types[extname(name)] ?? "application/octet-stream" }];
}

const compressAll = async (files) => Object.fromEntries(await Promise.all(files.map(([name, body]) => compressed(name, body))));

/** The page of a contestant: { name: { body, type } }. */
async function page(contestant) {
  const wasm = `${contestant}.wasm`;
  const { build } = await import("esbuild");
  const { outputFiles: [script] } = await build({
    stdin: {
      contents: `import * as contestant from "../machine/${contestant}.mjs";
import { visit } from "./page.mjs";
visit(contestant, ${JSON.stringify({ ...visitor, wasm })}).catch((error) => (globalThis.visited = { problem: String(error) }));`,
      resolveDir: here,
    },
    bundle: true,
    format: "esm",
    platform: "browser",
    target: "es2022",
    minify: true,
    write: false,
    logLevel: "error",
  });
  return compressAll([
    ["index.html", Buffer.from(html)],
    ["page.js", Buffer.from(script.contents)],
    [wasm, await readFile(join(here, "../node_modules", modules[contestant]))],
  ]);
}

/** The chat as it is built, of which a visitor sees the login page first. */
async function chat() {
  execFileSync("npm", ["run", "build", "--silent"], { cwd: join(here, "../../examples/chat"), stdio: "inherit" });
  const folder = join(root, "dist/chat");
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name));
  return compressAll(await Promise.all(paths.map(async (path) => [path.slice(folder.length + 1), await readFile(path)])));
}

/** The pages by who is visited. */
export async function buildPages() {
  const [mudpuppy, rust, visitedChat] = await Promise.all([page("mudpuppy"), page("rust"), chat()]);
  return { mudpuppy, rust, chat: visitedChat };
}
