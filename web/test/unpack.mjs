// Puts the packed package where the tests import it from.
import { execFileSync } from "node:child_process";
import { mkdirSync, rmSync } from "node:fs";
import { fileURLToPath } from "node:url";

const path = (relative) => fileURLToPath(new URL(relative, import.meta.url));

rmSync(path("node_modules/mudpuppy"), { recursive: true, force: true });
mkdirSync(path("node_modules/mudpuppy"), { recursive: true });
execFileSync("tar", ["xzf", path("../../dist/mudpuppy.tgz"), "--strip-components=1", "-C", path("node_modules/mudpuppy")]);
