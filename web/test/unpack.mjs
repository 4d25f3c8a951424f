// Puts the packed package where the tests import it from: here, and in the
// folder that is given.
import { execFileSync } from "node:child_process";
import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const path = (relative) => fileURLToPath(new URL(relative, import.meta.url));

for (const folder of [path("."), ...process.argv.slice(2)]) {
  const target = join(folder, "node_modules/mudpuppy");
  rmSync(target, { recursive: true, force: true });
  mkdirSync(target, { recursive: true });
  execFileSync("tar", ["xzf", path("../../dist/mudpuppy.tgz"), "--strip-components=1", "-C", target]);
}
