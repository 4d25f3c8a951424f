// What the packed package does with arguments that it cannot take, and with
// objects that are no more.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import * as mudpuppy from "mudpuppy/olm";

const { Account, InboundGroupSession, MudpuppyError, OutboundGroupSession, PkSigning, Sas, Session, init, sha256 } = mudpuppy;

const fails = (code) => (error) => {
  assert.ok(error instanceof MudpuppyError, `${error} is no MudpuppyError`);
  assert.equal(error.code, code);
  assert.notEqual(error.message, "");
  return true;
};

test("what is called before init says so", () => {
  assert.throws(() => new Account(), fails("ERR_NOT_READY"));
  assert.throws(() => sha256("x"), fails("ERR_NOT_READY"));
});

test("init names what is wrong, and can be tried again", async () => {
  await assert.rejects(init({ bytes: new Uint8Array([1, 2, 3]) }), fails("ERR_NOT_WASM"));
  await assert.rejects(init({ bytes: new Uint8Array([0, 0x61, 0x73, 0x6d, 9]) }), fails("ERR_NOT_WASM"));
  const header = [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0];
  const importsXY = [2, 8, 1, 1, 0x78, 1, 0x79, 3, 0x7f, 0]; // a global named y of a module named x
  await assert.rejects(init({ bytes: new Uint8Array(header) }), fails("ERR_NOT_WASM"));
  await assert.rejects(init({ bytes: new Uint8Array([...header, ...importsXY]) }), fails("ERR_NOT_WASM"));
  const onlyMemory = [5, 3, 1, 0, 1, 7, 7, 1, 3, 0x6d, 0x65, 0x6d, 2, 0]; // exported as mem
  await assert.rejects(init({ bytes: new Uint8Array([...header, ...onlyMemory]) }), fails("ERR_NOT_WASM"));
  const detached = new Uint8Array(8);
  structuredClone(detached.buffer, { transfer: [detached.buffer] });
  const throwing = {
    get url() {
      throw new Error("url");
    },
  };
  for (const wrong of [null, 5, throwing, { signal: {} }, { signal: null }, { url: Symbol("x") }, { url: {} }, { url: 1 }, { bytes: "olm.wasm" }, { bytes: detached.buffer }]) {
    await assert.rejects(init(wrong), fails("ERR_ARGUMENT"));
  }
  await assert.rejects(init({ url: "/nowhere/olm.wasm" }), fails("ERR_FETCH"));
  await assert.rejects(init({ signal: AbortSignal.abort() }), fails("ERR_ABORTED"));
  const controller = new AbortController();
  const aborted = init({ signal: controller.signal });
  const other = init();
  controller.abort();
  await assert.rejects(aborted, fails("ERR_ABORTED"));
  await other; // which somebody else's signal does not concern
  await init();
});

describe("after init", () => {
  const key = new Uint8Array(32);

  test("T17: wrong types are refused", () => {
    const account = new Account();
    for (const wrong of [undefined, null, 1, true, Symbol("x"), {}, [], () => {}, new Uint16Array(2), new ArrayBuffer(4)]) {
      assert.throws(() => account.sign(wrong), fails("ERR_ARGUMENT"));
      assert.throws(() => account.removeOneTimeKey(wrong), fails("ERR_ARGUMENT"));
      assert.throws(() => account.pickle(wrong), fails("ERR_ARGUMENT"));
    }
    for (const wrong of [undefined, -1, 1.5, NaN, 2 ** 32, "1", 1n]) {
      assert.throws(() => account.generateOneTimeKeys(wrong), fails("ERR_ARGUMENT"));
    }
    for (const wrong of [undefined, null, "message", 1]) {
      assert.throws(() => account.createInboundSession(account.identityKeys.curve25519, wrong), fails("ERR_ARGUMENT"));
    }
    for (const length of [0, 31, 33]) {
      assert.throws(() => account.pickle(new Uint8Array(length)), fails("ERR_ARGUMENT"));
    }
    account.free();
  });

  test("T17: objects of another class are refused", () => {
    const account = new Account();
    const group = new OutboundGroupSession();
    const inbound = new InboundGroupSession(group.sessionKey());
    for (const wrong of [undefined, {}, account, group, Object.create(inbound), new Proxy(inbound, {})]) {
      assert.throws(() => inbound.merge(wrong), fails("ERR_ARGUMENT"));
      assert.throws(() => InboundGroupSession.prototype.exportAt.call(wrong, 0), fails("ERR_ARGUMENT"));
    }
    assert.throws(() => new Session(), fails("ERR_ARGUMENT"));
  });

  test("T17: strings with lone surrogates are refused", () => {
    const account = new Account();
    for (const wrong of ["\ud800", "a\udfff", "\udc00\ud800"]) {
      assert.throws(() => account.sign(wrong), fails("ERR_ARGUMENT"));
      assert.throws(() => sha256(wrong), fails("ERR_ARGUMENT"));
    }
    assert.equal(sha256("🐟\ufeff"), sha256(new TextEncoder().encode("🐟\ufeff")));
  });

  test("T17: getters that throw, proxies and getters that call back do no harm", () => {
    const account = new Account();
    const identity = account.identityKeys.curve25519;
    const cause = new Error("no");
    const thrower = { type: 0, get body() { throw cause; } };
    const proxy = new Proxy({}, { get() { throw cause; } });
    const { proxy: revoked, revoke } = Proxy.revocable({}, {});
    revoke();
    for (const wrong of [thrower, proxy, revoked]) {
      assert.throws(() => account.createInboundSession(identity, wrong), fails("ERR_ARGUMENT"));
    }
    try {
      account.createInboundSession(identity, thrower);
    } catch (error) {
      assert.equal(error.cause, cause);
    }
    const freed = new Account();
    const calling = { type: 0, get body() { freed.free(); return sha256("x".repeat(100_000)); } };
    assert.throws(() => freed.createInboundSession(identity, calling), fails("ERR_FREED"));
    assert.throws(() => sha256(new Proxy(new Uint8Array(3), {})), fails("ERR_ARGUMENT"));
    const liar = Object.defineProperties(new Uint8Array([1, 2, 3]), {
      length: { value: 1e9 }, byteLength: { value: 1e9 }, [Symbol.toStringTag]: { value: "x" },
    });
    assert.equal(sha256(liar), sha256(new Uint8Array([1, 2, 3])));
  });

  test("T17: detached arrays are refused", () => {
    const array = new Uint8Array(32);
    structuredClone(array.buffer, { transfer: [array.buffer] });
    assert.throws(() => sha256(array), fails("ERR_ARGUMENT"));
    assert.throws(() => Account.unpickle(array, key), fails("ERR_ARGUMENT"));
    assert.throws(() => new PkSigning(array), fails("ERR_ARGUMENT"));
  });

  test("T17: what is too long is refused before it is copied", () => {
    const before = process.memoryUsage().arrayBuffers;
    assert.throws(() => sha256("x".repeat(100e6)), fails("ERR_SIZE"));
    const bytes = new Uint8Array(100e6);
    assert.throws(() => sha256(bytes), fails("ERR_SIZE"));
    assert.ok(process.memoryUsage().arrayBuffers - before < bytes.length + 10e6, "memory grew");
  });

  test("long arguments and results cross in one piece", () => {
    const out = new OutboundGroupSession();
    const inbound = new InboundGroupSession(out.sessionKey());
    for (const length of [0, 1, 65_535, 65_536, 65_537, 700_000]) {
      const text = "é".repeat(length);
      assert.equal(new TextDecoder().decode(inbound.decrypt(out.encrypt(text)).plaintext), text);
    }
  });

  test("errors of Go keep their code", () => {
    const account = new Account();
    assert.throws(() => Account.unpickle(account.pickle(key), new Uint8Array(32).fill(1)), fails("ERR_PICKLE_KEY"));
    assert.throws(() => account.removeOneTimeKey("short"), fails("ERR_KEY"));
    assert.throws(() => account.createOutboundSession("A".repeat(43), "A".repeat(43)), fails("ERR_WEAK_KEY"));
    assert.throws(() => account.generateOneTimeKeys(2 ** 32 - 1), fails("ERR_KEY_COUNT"));
    assert.throws(() => new Sas().emoji("info"), fails("ERR_THEIR_KEY_NOT_SET"));
    assert.throws(() => new InboundGroupSession("no"), fails("ERR_SESSION_KEY"));
    const type = { type: 2 ** 32 - 1, body: "" };
    assert.throws(() => account.createInboundSession(account.identityKeys.curve25519, type), fails("ERR_FORMAT"));
  });

  test("free, free again, use after free", () => {
    const account = new Account();
    account.free();
    assert.throws(() => account.free(), fails("ERR_DOUBLE_FREE"));
    assert.throws(() => account.identityKeys, fails("ERR_FREED"));
    assert.throws(() => account.pickle(key), fails("ERR_FREED"));
    account[Symbol.dispose]();
    const other = new Account();
    other[Symbol.dispose]();
    assert.throws(() => other.sign("x"), fails("ERR_FREED"));
    assert.throws(() => other.free(), fails("ERR_DOUBLE_FREE"));
  });

  test("nothing is left in the global object", () => {
    for (const name of ["Go", "fs", "path"]) assert.equal(name in globalThis, false);
  });
});
