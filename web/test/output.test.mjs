// T36: no secret is in anything that Mudpuppy's objects and errors show of
// themselves, however they are looked at, nor does it print anything.
import assert from "node:assert/strict";
import { Console } from "node:console";
import { Writable } from "node:stream";
import { test } from "node:test";
import { inspect } from "node:util";
import { serialize } from "node:v8";
import {
  Account, InboundGroupSession, MudpuppyError, OutboundGroupSession, PkDecryption, PkEncryption, PkSigning, Sas, Session,
} from "mudpuppy/olm";
import { expandSeed, openPickle, sessionSecrets } from "./derive.mjs";
import { drawn, start } from "./inside.mjs";

await start();

const key = crypto.getRandomValues(new Uint8Array(32));
const plaintext = "what is said in private, between two";

/** The texts by which bytes may be shown. */
function texts(secret) {
  const bytes = Buffer.from(secret);
  const some = bytes.subarray(3, 15); // twelve bytes, which begin a group of base64
  return {
    base64: some.toString("base64"),
    "base64url": some.toString("base64url"),
    hex: some.toString("hex"),
    numbers: [...some].join(","),
    characters: some.toString("latin1"),
  };
}

/** The ways in which a value is shown. */
function show(value) {
  const shown = [];
  const stream = new Writable({ write: (chunk, _, done) => (shown.push(String(chunk)), done()) });
  const console = new Console(stream, stream);
  const attempt = (f) => {
    try {
      shown.push(String(f()));
    } catch (error) {
      shown.push(inspect(error));
    }
  };
  const hidden = { showHidden: true, depth: 20, getters: true, maxArrayLength: null, maxStringLength: null };
  for (const call of ["log", "error", "dir", "table", "trace"]) attempt(() => console[call](value));
  attempt(() => inspect(value, hidden));
  attempt(() => JSON.stringify(value));
  attempt(() => inspect(structuredClone(value), hidden));
  attempt(() => serialize(value).toString("latin1"));
  attempt(() => `${value}`);
  attempt(() => Reflect.ownKeys(value).map((name) => inspect(value[name], hidden)).join());
  attempt(() => inspect(Object.getOwnPropertyDescriptors(value), hidden));
  attempt(() => inspect({ ...value }, hidden));
  // Numbers stand apart by different means.
  return shown.join("\n").replaceAll(/(?<=\d),\s+(?=\d)/g, ",");
}

function assertSecret(shown, secrets) {
  for (const [name, secret] of Object.entries(secrets)) {
    for (const [form, text] of Object.entries(texts(secret))) assert.ok(!shown.includes(text), `${name} is shown as ${form}`);
  }
}

/** All kinds of objects, with the secrets that are in them. */
function objectsAndSecrets() {
  const first = drawn.length;
  const [alice, bob] = [new Account(), new Account()];
  bob.generateOneTimeKeys(1);
  const session = alice.createOutboundSession(bob.identityKeys.curve25519, bob.oneTimeKeys()[0].key);
  const out = new OutboundGroupSession();
  const inbound = new InboundGroupSession(out.sessionKey());
  const decryption = new PkDecryption();
  const [seed, sas] = [crypto.getRandomValues(new Uint8Array(32)), new Sas()];
  const objects = [alice, bob, session, out, inbound, decryption, new PkEncryption(decryption.publicKey), new PkSigning(seed), sas];
  const secrets = { key, seed, plaintext: Buffer.from(plaintext) };
  for (const [i, bytes] of drawn.slice(first).entries()) secrets[`drawn ${i}`] = bytes;
  const { root, chains } = sessionSecrets(openPickle(session.pickle(key), key));
  Object.assign(secrets, { root, chain: chains[0], signing: expandSeed(seed) });
  return { objects, secrets, alice, bob, session, out, inbound, decryption };
}

test("T36: the search finds a secret that is shown", () => {
  const shown = (value) => Object.entries(texts(key)).filter(([, text]) => show(value).includes(text)).map(([form]) => form);
  const b = Buffer.from(key);
  assert.deepEqual(shown({ key }), ["numbers", "characters"]);
  assert.deepEqual(shown(new Error(b.toString("hex"))), ["hex"]);
  assert.ok(shown({ deep: { in: [b.toString("base64")] } }).includes("base64"));
});

test("T36: objects show nothing of their secrets, and cannot be copied", () => {
  const { objects, secrets } = objectsAndSecrets();
  for (const object of objects) {
    assertSecret(show(object), secrets);
    assert.equal(JSON.stringify(object), "{}");
    assert.deepEqual(Reflect.ownKeys(object), []);
    const copy = structuredClone(object);
    assert.deepEqual([Object.getPrototypeOf(copy), Reflect.ownKeys(copy)], [Object.prototype, []]);
    assert.throws(() => object.free.call(copy), { code: "ERR_ARGUMENT" });
  }
});

test("T36: errors tell nothing of arguments, objects or results", () => {
  const { alice, bob, session, out, inbound, decryption, secrets } = objectsAndSecrets();
  const altered = (text) => (text.at(-5) === "A" ? text.slice(0, -5) + "B" : text.slice(0, -5) + "A") + text.slice(-4);
  const identity = alice.identityKeys.curve25519;
  const message = session.encrypt(plaintext);
  const other = new Uint8Array(32);
  const sessionKey = out.sessionKey();
  secrets["session key"] = Buffer.from(sessionKey, "base64").subarray(5, 133);
  const base64 = Buffer.from(key).toString("base64").slice(0, 43);
  const sas = new Sas();
  const failing = [
    () => bob.createInboundSession(identity, { type: 0, body: altered(message.body) }),
    () => bob.createInboundSession(identity, { type: key, body: plaintext }),
    () => Account.unpickle(alice.pickle(other), key),
    () => Account.unpickle(key, key),
    () => Account.unpickleLibolm(plaintext, key),
    () => Account.unpickleLibolm(alice.pickleLibolm(key), plaintext),
    () => Session.unpickle(alice.pickle(key), key),
    () => alice.pickle(key.subarray(0, 31)),
    () => alice.pickle(base64),
    () => new InboundGroupSession(altered(sessionKey)),
    () => new InboundGroupSession(sessionKey.slice(1)),
    () => InboundGroupSession.import(sessionKey),
    () => inbound.decrypt(altered(out.encrypt(plaintext))),
    () => inbound.decrypt(sessionKey),
    () => out.encrypt([plaintext]),
    () => out.encrypt(plaintext + "\ud800"),
    () => out.encrypt(plaintext.padEnd(3 << 20, plaintext)),
    () => decryption.decrypt({ ciphertext: plaintext, mac: base64, ephemeral: base64 }),
    () => PkDecryption.fromPrivateKey(base64),
    () => new PkSigning([...key]),
    () => alice.removeOneTimeKey(base64 + "="),
    () => alice.createOutboundSession(plaintext, base64),
    () => sas.setTheirKey(plaintext),
    () => sas.mac("hmac", plaintext, plaintext),
    () => sas.bytes(plaintext, key),
  ];
  for (const fail of failing) {
    assert.throws(fail, (error) => {
      assert.ok(error instanceof MudpuppyError, `${fail} threw ${error}`);
      const shown = show(error).replaceAll(/^\s+at .*$/gm, ""); // lines of this file may be quoted there
      assertSecret(shown, secrets);
      assert.ok(!shown.includes(plaintext));
      return true;
    });
  }
});

test("T36: nothing is ever printed", (t) => {
  const printed = ["log", "info", "warn", "error", "debug", "trace"].map((name) => t.mock.method(console, name, () => {}));
  const { objects, bob, alice } = objectsAndSecrets();
  assert.throws(() => bob.createInboundSession(alice.identityKeys.curve25519, { type: 0, body: "" }), MudpuppyError);
  for (const object of objects) object.free();
  assert.equal(printed.reduce((sum, { mock }) => sum + mock.callCount(), 0), 0);
});
