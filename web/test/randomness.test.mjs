// Without randomness there are no keys.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Account, init, isSupported } from "mudpuppy/olm";

test("T10: init refuses to start without randomness, and starts once it is there", async () => {
  const { crypto } = globalThis;
  const replace = (value) => Object.defineProperty(globalThis, "crypto", { value, configurable: true });

  replace(undefined);
  assert.equal(isSupported(), false);
  await assert.rejects(init(), { code: "ERR_UNSUPPORTED" });

  const getRandomValues = () => {
    throw new Error("no entropy");
  };
  replace({ getRandomValues });
  await assert.rejects(init(), { code: "ERR_RANDOMNESS" });
  assert.throws(() => new Account(), { code: "ERR_NOT_READY" });

  replace(crypto);
  await init();
  new Account().free();
});
