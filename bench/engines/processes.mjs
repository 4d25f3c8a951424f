// Node and Bun, which measure in a process of their own for each job.

import { execFile } from "node:child_process";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

import { findProgram } from "../../web/test/browsers/find.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const run = promisify(execFile);

async function open(name, program) {
  const { stdout } = await run(program, ["--version"]);
  return {
    version: `${name} ${stdout.trim().replace(/^v/, "")}`,
    async measure(job) {
      const { stdout } = await run(program, [join(here, "child.mjs"), JSON.stringify(job)], { maxBuffer: 64 << 20 });
      return JSON.parse(stdout);
    },
    close() {},
  };
}

export const node = {
  id: "node",
  title: "Node",
  find: () => process.execPath,
  async open(program) {
    const engine = await open("Node", program);
    return { ...engine, places: ["memory"], measureMachine: engine.measure };
  },
};

export const bun = {
  id: "bun",
  title: "Bun",
  find: () => findProgram("BUN_BIN", ["bun"]),
  missing: "not installed: put bun on the PATH, or set BUN_BIN (npm install -g bun)",
  open: (program) => open("Bun", program),
};
