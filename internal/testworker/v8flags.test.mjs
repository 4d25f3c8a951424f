// The flags for V8 come to workerd: one that there is not has it end, and is named.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";
import { withFlags } from "./v8flags.mjs";
import { missing } from "./worker.mjs";

test("flags for V8 come to workerd", { skip: missing, timeout: 60_000 }, async () => {
  const { serializeConfig } = await import("miniflare");
  const { default: workerd } = (await import("workerd")).default;
  for (const services of [[], [{ name: "internet", network: { allow: ["public"] } }]]) {
    const config = serializeConfig({ services, sockets: [] });
    const run = (flags) => spawnSync(workerd, ["serve", "--binary", "-"], { input: withFlags(config, flags), encoding: "utf8", timeout: 20_000 });
    assert.match(run(["--single-threaded-gc", "--a-flag-of-nobody"]).stderr, /--a-flag-of-nobody/);
    assert.doesNotMatch(run(["--single-threaded-gc"]).stderr, /flag|error/i);
    assert.throws(() => withFlags(withFlags(config, ["--single-threaded-gc"]), ["--single-threaded-gc"]), /not as it was/);
  }
});
