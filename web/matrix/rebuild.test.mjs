// Whoever does not trust the published package can build it anew.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { cpSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));

// What is built or installed, or serves other ends.
const left = /^(\.\w+|dist|web\/(build|dist|licenses|matrix)|(?!web\/node_modules).*\bnode_modules)$/;

/** The sources, and the compilers that npm installed; nothing that was built. */
function copySources(to) {
  cpSync(root, to, { recursive: true, filter: (path) => !left.test(relative(root, path)) });
}

/** Names, modes, times and hashes of what a tarball holds. */
function contentOf(tarball) {
  const tar = (...args) => execFileSync("tar", args, { maxBuffer: 64 << 20 });
  const list = String(tar("--utc", "-tvzf", tarball)).trim().split("\n");
  return list.map((line) => `${line} ${sha256(tar("-xzOf", tarball, line.split(" ").at(-1)))}\n`).join("");
}

const sha256 = (bytes) => createHash("sha256").update(bytes).digest("hex");

test("T38: two builds, one hash: another directory, empty caches, other settings", (t) => {
  const folder = mkdtempSync(join(tmpdir(), "mudpuppy-rebuild-"));
  try {
    const copy = join(folder, "somewhere/else");
    copySources(copy);
    const env = { ...process.env, GOCACHE: join(folder, "cache"), TZ: "Asia/Kathmandu", LC_ALL: "C", SOURCE_DATE_EPOCH: "1" };
    execFileSync("sh", ["-c", "umask 077 && chmod -R go= . && npm run build --prefix web --silent"], { cwd: copy, env });

    const [ours, theirs] = [root, copy].map((folder) => join(folder, "dist/mudpuppy.tgz"));
    assert.equal(contentOf(theirs), contentOf(ours));
    assert.equal(sha256(readFileSync(theirs)), sha256(readFileSync(ours)));
    t.diagnostic(`sha256 ${sha256(readFileSync(ours))}`);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
