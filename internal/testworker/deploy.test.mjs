// The examples for Cloudflare Workers, bundled by wrangler as if to be deployed: what
// they weigh, and that their types are right.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

const path = (relative) => fileURLToPath(new URL(relative, import.meta.url));
const wrangler = path("node_modules/wrangler/bin/wrangler.js");
const skip = existsSync(wrangler) ? false : "wrangler is not installed: run make setup";

/** What a Worker may weigh without being paid for, compressed. */
const LIMIT = 3_000_000;

for (const [example, programs] of [["edge", ["bot.wasm"]], ["edge-typescript", ["kernel.wasm", "mudpuppy.wasm"]]]) {
  describe(`examples/${example}`, { skip }, () => {
    test("wrangler bundles it, with one program that is not too large", { timeout: 300_000 }, (t) => {
      // Beside the repository's folders, which it is built from, but with the packed package.
      const folder = mkdtempSync(join(path("../../examples"), ".deploy-"));
      try {
        cpSync(path(`../../examples/${example}`), folder, { recursive: true, filter: (name) => !/\/(build|test|node_modules)$/.test(name) });
        symlinkSync(path("../../web/test/node_modules"), join(folder, "node_modules"));
        execFileSync(process.execPath, [path("../../web/node_modules/typescript/bin/tsc"), "-p", folder], { encoding: "utf8" });
        const out = join(folder, "out");
        execFileSync(process.execPath, [wrangler, "deploy", "--dry-run", "--outdir", out], {
          cwd: folder,
          env: { ...process.env, CI: "1", WRANGLER_SEND_METRICS: "false", XDG_CONFIG_HOME: tmpdir() },
          encoding: "utf8",
        });
        const files = readdirSync(out).filter((name) => /\.(js|wasm)$/.test(name));
        assert.deepEqual(files.filter((name) => name.endsWith(".wasm")).map((name) => name.replace(/^[0-9a-f]+-/, "")).sort(), programs);
        const sizes = files.map((name) => gzipSync(readFileSync(join(out, name))).length);
        const size = sizes.reduce((a, b) => a + b, 0);
        t.diagnostic(`examples/${example}: ${size} bytes with gzip, of ${files.length} files`);
        assert.ok(size < LIMIT, `${size} bytes`);
      } finally {
        rmSync(folder, { recursive: true });
      }
    });
  });
}
