// Says on what and of what the measurement was made.

import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { cpus, release, totalmem, type } from "node:os";

import { go, root } from "../build.mjs";
import { packages } from "../peers.mjs";

export function describeMachine() {
  const processors = cpus();
  return {
    processor: processors[0].model.trim(),
    cores: processors.length,
    memory: `${Math.round(totalmem() / 2 ** 30)} GiB`,
    system: `${type()} ${release()}`,
  };
}

/** The version of everything that was measured, by contestant. */
export function describeVersions() {
  const versions = { mudpuppy: `${revision()}, ${go("env", "GOVERSION")}` };
  for (const [peer, names] of Object.entries(packages)) {
    versions[peer] = names.map((name) => `${name} ${installedVersion(name)}`).join(", ");
  }
  return versions;
}

function installedVersion(name) {
  const path = new URL(`../node_modules/${name}/package.json`, import.meta.url);
  return JSON.parse(readFileSync(path, "utf8")).version;
}

/** The commit that was measured, marked where there are changes on top of it. */
function revision() {
  try {
    return execFileSync("git", ["describe", "--always", "--dirty"], { cwd: root, encoding: "utf8" }).trim();
  } catch {
    return "unknown revision"; // not out of a git repository
  }
}
