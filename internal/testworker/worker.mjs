// Cloudflare's runtime, workerd, on this machine: for tests of what runs there. It
// keeps its databases in a temporary directory, so that it can be killed and
// started again.
//
//	const worker = await startWorker({ entry, durableObjects: { BOT: "Bot" } });
//	const response = await worker.fetch("/status");
//	await worker.restart({ kill: true });
//	await worker.remove();
import { existsSync, readFileSync } from "node:fs";
import { copyFile, mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";

const path = (relative) => fileURLToPath(new URL(relative, import.meta.url));

/** Why there is no workerd here, or false. */
export const missing = existsSync(path("node_modules/miniflare/package.json")) ? false : "workerd is not installed: run make setup";

/** Bundles a Worker as wrangler does: modules of WebAssembly stay beside the bundle, and are compiled when it is deployed. */
async function bundle(entry, folder, wasm) {
  const { build } = await import("esbuild");
  await build({
    entryPoints: [entry],
    outfile: join(folder, "worker.mjs"),
    bundle: true,
    format: "esm",
    conditions: ["workerd", "worker", "browser"],
    external: ["cloudflare:*", "node:*"],
    nodePaths: [path("../../web/test/node_modules")], // where the packed package is
    plugins: [
      {
        name: "modules that the platform compiles",
        setup: ({ onResolve }) =>
          onResolve({ filter: /\.wasm$/ }, async ({ path: file, resolveDir }) => {
            const name = basename(file);
            await copyFile(wasm[name] ?? join(resolveDir, file), join(folder, name));
            return { path: `./${name}`, external: true };
          }),
      },
    ],
  });
}

/**
 * Bundles a Worker and starts it. `wasm` says where modules are that do not lie
 * where the Worker imports them from; all else is as in miniflare.
 */
export async function startWorker({ entry, wasm = {}, ...options }) {
  const folder = await mkdtemp(join(tmpdir(), "mudpuppy-worker-"));
  try {
    await bundle(entry, folder, wasm);
    const worker = new Worker(folder, options);
    await worker.start();
    return worker;
  } catch (error) {
    await rm(folder, { recursive: true });
    throw error;
  }
}

/** A Worker with databases of its own. */
export class Worker {
  #miniflare;
  #options;

  constructor(folder, options) {
    this.folder = folder;
    this.#options = options;
  }

  async start() {
    const { Log, LogLevel, Miniflare } = await import("miniflare");
    process.env.MUDPUPPY_WORKERD = (await import("workerd")).default.default;
    process.env.MINIFLARE_WORKERD_PATH = path("workerd"); // which starts it with flags for V8
    const names = (await readdir(this.folder)).filter((name) => /\.(mjs|wasm)$/.test(name)).sort((a) => (a === "worker.mjs" ? -1 : 1));
    const modules = names.map(async (name) => ({
      type: name.endsWith(".wasm") ? "CompiledWasm" : "ESModule",
      path: join(this.folder, name),
      contents: await readFile(join(this.folder, name)),
    }));
    this.#miniflare = new Miniflare({
      host: "127.0.0.1",
      port: 0,
      cf: false,
      log: new Log(LogLevel.NONE),
      handleRuntimeStdio: (stdout, stderr) => [stdout, stderr].forEach((stream) => stream.on("data", (text) => this.#hear(text))),
      modulesRoot: this.folder,
      modules: await Promise.all(modules),
      compatibilityDate: "2026-04-01",
      durableObjectsPersist: join(this.folder, "objects"),
      d1Persist: join(this.folder, "d1"),
      ...this.#options,
    });
    await this.#miniflare.ready;
    this.pid = runtimeOf(process.pid, this.#known);
  }

  #known = new Set(runtimes(process.pid));

  /** What workerd and the Worker have written. */
  log = "";

  #hear(text) {
    this.log += text;
    if (process.env.MUDPUPPY_WORKER_LOG) process.stderr.write(text);
  }

  /** Sends a request to the Worker. */
  async fetch(path, init) {
    return this.#miniflare.dispatchFetch(new URL(path, "http://localhost"), init);
  }

  /** Ends workerd, at once or in the middle of whatever it does, and starts it again with what it has kept. */
  async restart({ kill = false, options = {} } = {}) {
    Object.assign(this.#options, options);
    if (kill) process.kill(this.pid, "SIGKILL");
    await this.#miniflare.dispose();
    this.#known = new Set(runtimes(process.pid));
    await this.start();
  }

  /** Ends workerd, and forgets all that it kept. */
  async remove() {
    await this.#miniflare.dispose();
    await rm(this.folder, { recursive: true });
  }
}

/** The processes of workerd that a process has started. */
function runtimes(parent) {
  const children = readFileSync(`/proc/${parent}/task/${parent}/children`, "utf8").trim().split(" ").filter(Boolean);
  return children.filter((pid) => /workerd/.test(readFileSync(`/proc/${pid}/cmdline`, "utf8")));
}

function runtimeOf(parent, known) {
  return Number(runtimes(parent).find((pid) => !known.has(pid)));
}
