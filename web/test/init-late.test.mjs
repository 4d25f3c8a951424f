// init that is given up at the last moment: it must not start a program behind the
// back of the next one.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Account, init } from "mudpuppy/olm";

test("an attempt given up while the kernel is made starts nothing", async () => {
  const { instantiate } = WebAssembly;
  const controller = new AbortController();
  let ended;
  const first = new Promise((resolve) => (ended = resolve));
  WebAssembly.instantiate = async (source, imports) => {
    const kernel = imports.go !== undefined && imports.mudpuppy === undefined;
    if (kernel && !controller.signal.aborted) {
      controller.abort();
      await new Promise((resolve) => setTimeout(resolve, 50));
      setTimeout(ended, 50); // the attempt has gone as far as it will
    }
    return instantiate(source, imports);
  };
  await assert.rejects(init({ signal: controller.signal }), { code: "ERR_ABORTED" });
  await first;
  assert.throws(() => new Account(), { code: "ERR_NOT_READY" });
  await init();
  const account = new Account();
  assert.equal(account.identityKeys.ed25519, account.identityKeys.ed25519);
});
