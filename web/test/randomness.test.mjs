// Without randomness there are no keys.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Account, OutboundGroupSession, PkDecryption, Sas, generatePkSigningSeed, init, isSupported, sha256 } from "mudpuppy/olm";
import { openPickle } from "./derive.mjs";
import { bytesForms, find } from "./forms.mjs";
import { memory, start } from "./inside.mjs";

const { crypto } = globalThis;
const replace = (value) => Object.defineProperty(globalThis, "crypto", { value, configurable: true });
const noEntropy = () => {
  throw new Error("no entropy");
};

/** Calls f while randomness fails. */
function without(f) {
  const { getRandomValues } = crypto;
  crypto.getRandomValues = noEntropy;
  try {
    return f();
  } finally {
    crypto.getRandomValues = getRandomValues;
  }
}

test("T10: init refuses to start without randomness, and starts once it is there", async () => {
  replace(undefined);
  assert.equal(isSupported(), false);
  await assert.rejects(init(), { code: "ERR_UNSUPPORTED" });

  replace({});
  assert.equal(isSupported(), false);
  await assert.rejects(init(), { code: "ERR_UNSUPPORTED" });

  replace({ getRandomValues: noEntropy });
  await assert.rejects(init(), { code: "ERR_RANDOMNESS" });
  assert.throws(() => new Account(), { code: "ERR_NOT_READY" });

  replace(crypto);
  await start();
  new Account().free();
});

test("T10: nothing is made once randomness has gone, and all goes on when it is back", () => {
  const makers = [
    () => new Account(), () => new OutboundGroupSession(), () => new PkDecryption(), () => new Sas(), () => generatePkSigningSeed(),
  ];
  for (const make of makers) assert.throws(() => without(make), { code: "ERR_INTERNAL" });
  for (const make of makers) make();
});

test("T10, T9: what fails for want of randomness changes nothing and leaves nothing", () => {
  const key = crypto.getRandomValues(new Uint8Array(32));
  const account = new Account();
  account.generateFallbackKey();
  account.generateOneTimeKeys(3);
  const content = () => openPickle(account.pickle(key), key).toString("hex");
  const before = content();
  assert.throws(() => without(() => account.pickle(key)), { code: "ERR_INTERNAL" });
  assert.throws(() => without(() => account.generateFallbackKey()), { code: "ERR_INTERNAL" });
  let draws = 0;
  const draw = crypto.getRandomValues;
  crypto.getRandomValues = (array) => (draws++ === 0 ? draw(array) : noEntropy()); // fails half way
  assert.throws(() => account.generateOneTimeKeys(250), { code: "ERR_INTERNAL" });
  crypto.getRandomValues = draw;
  assert.equal(content(), before);

  const secrets = { account: bytesForms(Buffer.from(before, "hex").subarray(1 + 32, 1 + 32 + 64)), key: bytesForms(key) };
  assert.deepEqual(find(memory(), secrets), ["account: raw"]);
  account.free();
  assert.deepEqual(find(memory(), secrets), []);
});

test("T17: a call from within a call is refused, and harms neither", () => {
  const { getRandomValues } = crypto;
  const held = new PkDecryption();
  const key = held.privateKey();
  const errors = [];
  crypto.getRandomValues = (array) => {
    for (const call of [() => sha256("x"), () => new Account(), () => held.free(), () => held[Symbol.dispose]()]) {
      try {
        call();
      } catch (error) {
        errors.push(error.code);
      }
    }
    return getRandomValues.call(crypto, array);
  };
  new PkDecryption().free();
  crypto.getRandomValues = getRandomValues;
  assert.deepEqual(errors, Array(4).fill("ERR_BUSY"));
  const secret = { key: bytesForms(key) };
  assert.deepEqual(find(memory(), secret), ["key: raw"]);
  held.free();
  assert.deepEqual(find(memory(), secret), []);
});
