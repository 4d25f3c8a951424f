// The packed package in workerd, in which Cloudflare Workers run: bundled as
// wrangler does it, with modules beside the bundle that are compiled before it
// runs.
import { readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { Miniflare } from "miniflare";
import { checkSteps } from "../test/scenario/check.mjs";
import { versionOf } from "./versions.mjs";

const path = (relative) => fileURLToPath(new URL(relative, import.meta.url));
const folder = path("../../dist/matrix/workerd");

async function bundle() {
  await rm(folder, { recursive: true, force: true });
  await build({
    entryPoints: [path("../test/scenario/workerd.mjs")],
    outdir: folder,
    bundle: true,
    format: "esm",
    conditions: ["workerd", "worker", "browser"],
    loader: { ".wasm": "copy" },
    outExtension: { ".js": ".mjs" },
  });
}

async function modules() {
  const names = await readdir(folder);
  const load = async (name) => ({
    type: name.endsWith(".wasm") ? "CompiledWasm" : "ESModule",
    path: join(folder, name),
    contents: await readFile(join(folder, name)),
  });
  return Promise.all(names.sort((a) => (a === "workerd.mjs" ? -1 : 1)).map(load)); // the entry is the first
}

describe(`in workerd ${versionOf("workerd")}`, () => {
  let miniflare;

  before(async () => {
    await bundle();
    miniflare = new Miniflare({
      host: "127.0.0.1",
      port: 0,
      cf: false,
      modulesRoot: folder,
      modules: await modules(),
      compatibilityDate: "2026-04-01",
    });
    await miniflare.ready;
  });
  after(() => miniflare?.dispose());

  test("the scenario, in a request", async (t) => {
    const response = await miniflare.dispatchFetch("http://localhost/");
    await checkSteps(t, await response.json());
  });
});
