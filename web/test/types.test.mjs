// The types of the packed package, as users of TypeScript see them.
import { execFileSync } from "node:child_process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const path = (relative) => fileURLToPath(new URL(relative, import.meta.url));

for (const [module, resolution, ...files] of [
  ["nodenext", "nodenext", "snippets.ts", "machine.ts", "cloudflare.ts", "libolm.ts", "libolm-required.cts"],
  ["esnext", "bundler", "snippets.ts", "machine.ts", "cloudflare.ts", "libolm.ts"],
]) {
  for (const file of files) {
    test(`${file}: what should compile does, and nothing else: ${resolution}`, () => {
      const options = "--ignoreConfig --noEmit --strict --target es2022 --lib es2022,dom".split(" ");
      const args = [...options, "--module", module, "--moduleResolution", resolution, path(`types/${file}`)];
      try {
        execFileSync(process.execPath, [path("../node_modules/typescript/bin/tsc"), ...args], { encoding: "utf8" });
      } catch (error) {
        throw new Error(error.stdout || error.stderr);
      }
    });
  }
}
