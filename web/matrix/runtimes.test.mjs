// The packed package in runtimes that are started from a command line.
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { checkSteps } from "../test/scenario/check.mjs";

const path = (relative) => fileURLToPath(new URL(relative, import.meta.url));
const run = (program, ...args) => execFileSync(program, args, { encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] });

const runtimes = [
  { name: "node 20", file: "node20/bin/node", variable: "NODE20_BIN", args: [] },
  { name: "node 24", file: "node24/bin/node", variable: "NODE24_BIN", args: [] },
  { name: "deno", file: "@deno/linux-x64-glibc/deno", variable: "DENO_BIN", args: ["run", "--no-prompt", "--allow-read"] },
  { name: "bun", file: "bun/bin/bun.exe", variable: "BUN_BIN", args: [] },
];

for (const { name, file, variable, args } of runtimes) {
  const program = process.env[variable] ?? path(`node_modules/${file}`);
  if (!existsSync(program)) {
    describe(`in ${name}`, { skip: `npm has not installed it here: set ${variable}` }, () => {});
    continue;
  }
  const version = /\d+\.\d+\S*/.exec(run(program, "--version"))[0];
  describe(`in ${name.split(" ")[0]} ${version}`, () => {
    test("the scenario", (t) => checkSteps(t, JSON.parse(run(program, ...args, path("../test/scenario/process.mjs")))));
  });
}
