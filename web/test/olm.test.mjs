// The packed package in Node: every class, doing what it is for.
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  Account, InboundGroupSession, OutboundGroupSession, PkDecryption, PkEncryption, PkSigning, Sas, Session,
  ed25519Verify, generatePkSigningSeed, init, isSupported, sasCommitment, sha256,
} from "mudpuppy/olm";

const key = new Uint8Array(32).fill(7);
const text = (bytes) => new TextDecoder().decode(bytes);

assert.ok(isSupported());
await init();

test("an Olm conversation, with pickles in between", () => {
  let alice = new Account();
  let bob = new Account();
  assert.deepEqual(bob.generateOneTimeKeys(2), []);
  const [oneTimeKey] = bob.oneTimeKeys();
  assert.equal(bob.markKeysAsPublished(), 2);
  assert.deepEqual(bob.oneTimeKeys(), []);

  let toBob = alice.createOutboundSession(bob.identityKeys.curve25519, oneTimeKey.key);
  const first = toBob.encrypt("hello");
  assert.equal(first.type, 0);
  bob = Account.unpickle(bob.pickle(key), key);
  let { session: toAlice, plaintext } = bob.createInboundSession(alice.identityKeys.curve25519, first);
  assert.equal(text(plaintext), "hello");
  assert.equal(bob.oneTimeKeyCount, 1);
  assert.equal(toAlice.sessionId, toBob.sessionId);
  assert.ok(toAlice.matchesInbound(first));
  assert.ok(toAlice.matchesInboundFrom(alice.identityKeys.curve25519, first));
  assert.ok(!toAlice.matchesInboundFrom(bob.identityKeys.curve25519, first));

  toAlice = Session.unpickle(toAlice.pickle(key), key);
  toBob = Session.unpickleLibolm(toBob.pickleLibolm("secret"), "secret");
  alice = Account.unpickleLibolm(alice.pickleLibolm(key), key);
  const answer = toAlice.encrypt(new Uint8Array([0, 255]));
  assert.equal(answer.type, 1);
  assert.deepEqual(toBob.decrypt(answer), new Uint8Array([0, 255]));
  assert.ok(toBob.hasReceivedMessage);
  assert.throws(() => toBob.decrypt(answer), { code: "ERR_MESSAGE_KEY_GONE" });
  assert.match(toBob.describe(), /\d/);
});

test("fallback keys", () => {
  const account = new Account();
  assert.equal(account.fallbackKey(), undefined);
  account.generateFallbackKey();
  assert.equal(account.fallbackKey().key.length, 43);
  assert.equal(account.forgetFallbackKey(), false);
});

test("a Megolm session, with pickles and exports", () => {
  let out = new OutboundGroupSession();
  const inbound = new InboundGroupSession(out.sessionKey());
  const first = out.encrypt("one");
  out = OutboundGroupSession.unpickle(out.pickle(key), key);
  assert.equal(out.messageIndex, 1);
  const late = new InboundGroupSession(out.sessionKey());
  const second = out.encrypt("two");
  assert.equal(out.sessionId, inbound.sessionId);

  const message = InboundGroupSession.unpickle(inbound.pickle(key), key).decrypt(second);
  assert.deepEqual({ ...message, plaintext: text(message.plaintext) }, { plaintext: "two", messageIndex: 1 });
  assert.throws(() => late.decrypt(first), { code: "ERR_UNKNOWN_INDEX" });
  assert.equal(inbound.compare(late), "better");
  assert.equal(late.merge(inbound).firstKnownIndex, 0);

  const imported = InboundGroupSession.import(inbound.exportAt(1));
  assert.equal(imported.verified, false);
  assert.equal(text(imported.decrypt(second).plaintext), "two");
  assert.equal(imported.verified, true);
});

test("short authentication strings", () => {
  const alice = new Sas();
  const bob = new Sas();
  assert.equal(sasCommitment(bob.publicKey, "{}").length, 43);
  alice.setTheirKey(bob.publicKey);
  bob.setTheirKey(alice.publicKey);
  assert.ok(alice.theirKeySet);
  assert.deepEqual(alice.emoji("info"), bob.emoji("info"));
  assert.equal(alice.emoji("info").length, 7);
  assert.deepEqual(alice.decimals("info"), bob.decimals("info"));
  assert.deepEqual(alice.bytes("info", 6), bob.bytes("info", 6));
  const mac = alice.mac("hkdf-hmac-sha256.v2", "key", "info");
  bob.verifyMac("hkdf-hmac-sha256.v2", "key", "info", mac);
  assert.throws(() => bob.verifyMac("hkdf-hmac-sha256.v2", "other", "info", mac), { code: "ERR_MAC" });
});

test("public-key encryption and signing", () => {
  const decryption = new PkDecryption();
  const message = new PkEncryption(decryption.publicKey).encrypt("backup");
  const restored = PkDecryption.unpickle(decryption.pickle(key), key);
  assert.equal(text(restored.decrypt(message)), "backup");
  assert.equal(PkDecryption.fromPrivateKey(restored.privateKey()).publicKey, decryption.publicKey);

  const signing = new PkSigning(generatePkSigningSeed());
  ed25519Verify(signing.publicKey, "message", signing.sign("message"));
  assert.throws(() => ed25519Verify(signing.publicKey, "other", signing.sign("message")), { code: "ERR_SIGNATURE" });
});

test("signatures and hashes", () => {
  const account = new Account();
  ed25519Verify(account.identityKeys.ed25519, "{}", account.sign("{}"));
  assert.equal(sha256("abc"), "ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0");
});
