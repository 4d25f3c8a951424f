// T9 as a whole: secrets that are known to the test are found in Go's memory
// while they are in use, and in no form once they should be gone. They are
// known because randomness is listened to, and pickles are opened.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Account, InboundGroupSession, OutboundGroupSession, PkDecryption, PkEncryption, PkSigning, Sas, Session } from "mudpuppy/olm";
import { SEAL, expandSeed, hkdf, hmac, midstates, openPickle, sessionSecrets, x25519 } from "./derive.mjs";
import { bytesForms, cipherForms, curveKeyForms, find, seedForms, signingKeyForms } from "./forms.mjs";
import { drawn, during, go, memory, start } from "./inside.mjs";

const kernel = process.env.KERNEL !== "none";
await start({ kernel });
const [first, ...firstDrawn] = drawing(() => new Account()); // the call that makes the stack grow
const stack = go.getsp();

const pickleKey = crypto.getRandomValues(new Uint8Array(32));
const someBytes = (n = 48) => Buffer.from(crypto.getRandomValues(new Uint8Array(n)));
const bytes = (key) => Buffer.from(key, "base64");
const altered = (text) => {
  const b = bytes(text);
  b[b.length - 1] ^= 1;
  return b.toString("base64").replace(/=+$/, "");
};

/** What calls use of Go's stack, but for the outermost frames, in which nothing is secret. */
const stackOfCalls = () => memory().slice(stack - (12 << 10), stack - 512);

/** Every secret that there has been, by name and number. */
const all = {};

function known(secrets) {
  for (const [name, forms] of Object.entries(secrets)) all[`${name} (${Object.keys(all).length})`] = forms;
  return secrets;
}

/** That each secret is in memory, in the form in which it is used. */
function assertFound(secrets, form = "raw") {
  const found = find(memory(), secrets);
  for (const name of Object.keys(secrets)) assert.ok(found.includes(`${name}: ${form}`), `the search does not find ${name}, ${form}`);
}

const assertGone = (secrets) => assert.deepEqual(find(memory(), secrets), []);

/** Calls f, and returns its result with what it drew at random. */
function drawing(f) {
  const before = drawn.length;
  return [f(), ...drawn.slice(before)];
}

let names = 0;

/** The secrets of an Olm session as it is now. */
function secretsOf(session) {
  const { root, chains, skipped, ratchetKey } = sessionSecrets(openPickle(session.pickle(pickleKey), pickleKey));
  const n = ++names;
  const state = { [`root key ${n}`]: bytesForms(root) };
  for (const [i, chain] of chains.entries()) state[`chain key ${n}/${i}`] = bytesForms(chain);
  for (const [i, key] of skipped.entries()) state[`skipped message key ${n}/${i}`] = cipherForms(key, "OLM_KEYS");
  if (ratchetKey) state[`ratchet key ${n}`] = curveKeyForms(ratchetKey);
  // Those of the messages that come next.
  const next = {};
  for (const [i, chain] of chains.entries()) next[`message key ${n}/${i}`] = cipherForms(hmac(chain, [1]), "OLM_KEYS");
  known(state);
  known(next);
  return { state, next };
}

/** Two accounts, and a session between them; all of it is tested on the way. */
function meet() {
  const [alice, signingSeed, identityKey] = drawing(() => new Account());
  const [bob, bobSeed, bobKey] = drawing(() => new Account());
  const [, oneTimeKeys] = drawing(() => bob.generateOneTimeKeys(2));
  const [, fallbackKey] = drawing(() => bob.generateFallbackKey());
  const oneTimeKey = oneTimeKeys.subarray(0, 32);
  const kept = known({
    "identity key": curveKeyForms(identityKey),
    "Bob's identity key": curveKeyForms(bobKey),
    "signing key": signingKeyForms(expandSeed(signingSeed)),
    "one-time key": curveKeyForms(oneTimeKey),
    "other one-time key": curveKeyForms(oneTimeKeys.subarray(32)),
    "fallback key": curveKeyForms(fallbackKey),
  });
  assertFound(kept);
  assertGone(known({ "signing seed": bytesForms(signingSeed), "Bob's signing seed": bytesForms(bobSeed) }));
  alice.sign("a message");
  assertGone({ scalar: { limbs: signingKeyForms(expandSeed(signingSeed))["scalar, limbs of 25.5 bits"] } });

  const theirs = bytes(bob.identityKeys.curve25519);
  const [session, baseKey, ratchetKey] = drawing(() => alice.createOutboundSession(bob.identityKeys.curve25519, bob.oneTimeKeys()[0].key));
  const public1 = bytes(bob.oneTimeKeys()[0].key);
  const shared = Buffer.concat([x25519(identityKey, public1), x25519(baseKey, theirs), x25519(baseKey, public1)]);
  const derived = hkdf(shared, "", "OLM_ROOT", 64);
  const begun = known({ "first ratchet key": curveKeyForms(ratchetKey), "first root key": bytesForms(derived.subarray(0, 32)) });
  assertFound(begun);
  assertGone(known({ "base key": curveKeyForms(baseKey), "shared secrets": bytesForms(shared) }));
  const { state } = secretsOf(session);
  assert.ok(Object.values(state).some((forms) => forms.raw.equals(derived.subarray(32))), "the chain key is another");
  return { alice, bob, session, kept, oneTimeKey, firstChain: derived.subarray(32) };
}

test("T9: the first call, in which the stack grows, leaves nothing behind", () => {
  const [seed, identityKey] = firstDrawn;
  assertGone(known({ "first signing seed": bytesForms(seed) }));
  assertFound(known({ "first identity key": curveKeyForms(identityKey) }));
  first.free();
  known({ "first signing seed, expanded": seedForms(seed) });
  assertGone(all);
});

test("T9: accounts and Olm sessions keep what they need and nothing else", () => {
  const { alice, bob, session, kept, oneTimeKey, firstChain } = meet();
  const plaintexts = Array.from({ length: 4 }, () => someBytes());
  for (const [i, plaintext] of plaintexts.entries()) known({ [`plaintext ${i}`]: bytesForms(plaintext) });
  assertFound({ "first chain key": bytesForms(firstChain) });
  const messages = plaintexts.map((plaintext) => session.encrypt(plaintext));
  const first = known({ "first chain key": bytesForms(firstChain), "first message key": cipherForms(hmac(firstChain, [1]), "OLM_KEYS") });
  assertGone(first);

  const identity = alice.identityKeys.curve25519;
  assert.throws(() => bob.createInboundSession(identity, { type: 0, body: altered(messages[0].body) }), { code: "ERR_MAC" });
  assertGone(first);
  const { session: answering } = bob.createInboundSession(identity, messages[0]);
  assertGone({ "one-time key": curveKeyForms(oneTimeKey) });

  const early = secretsOf(answering);
  assert.throws(() => answering.decrypt({ type: 0, body: altered(messages[3].body) }), { code: "ERR_MAC" });
  assertFound(early.state);
  assertGone(early.next);
  answering.decrypt(messages[3]);
  const late = secretsOf(answering);
  assert.equal(Object.keys(late.state).filter((name) => name.startsWith("skipped")).length, 2);
  assertFound(late.state);
  const skipped = Object.fromEntries(Object.entries(late.state).filter(([name]) => name.startsWith("skipped")));
  answering.decrypt(messages[1]);
  answering.decrypt(messages[2]);
  assertGone(skipped);
  assert.throws(() => answering.decrypt(messages[2]), { code: "ERR_MESSAGE_KEY_GONE" });

  const mine = secretsOf(session);
  const answer = answering.encrypt(plaintexts[0]); // a step of the root ratchet
  answering.free(); // which holds the same chain
  session.decrypt(answer);
  assertGone(mine.state);
  assertFound(secretsOf(session).state);
  Session.unpickleLibolm(session.pickleLibolm(pickleKey), pickleKey).free();
  assert.throws(() => Session.unpickle(alice.pickle(pickleKey), pickleKey), { code: "ERR_PICKLE_KEY" });

  assertFound({ "identity key": kept["identity key"], "signing key": kept["signing key"] });
  for (const object of [alice, bob, session]) object.free();
  assertGone(all);
});

test("T9: Megolm sessions keep what they need and nothing else", () => {
  const [out, ratchet, seed] = drawing(() => new OutboundGroupSession());
  const kept = known({ ratchet: bytesForms(ratchet), "group signing key": signingKeyForms(expandSeed(seed)) });
  assertFound(kept);
  assertGone(known({ "group signing seed": bytesForms(seed) }));
  const inbound = new InboundGroupSession(out.sessionKey()); // whose text holds the ratchet
  const plaintext = someBytes();
  const said = known({ "group plaintext": bytesForms(plaintext) });
  const { raw, ...forms } = cipherForms(ratchet, "MEGOLM_KEYS"); // the sessions keep the ratchet itself
  assert.deepEqual(raw, ratchet);
  const messageKey = known({ "group message key": forms });
  const message = out.encrypt(plaintext);
  assert.throws(() => inbound.decrypt(altered(message)), { code: "ERR_SIGNATURE" });
  inbound.decrypt(message);
  assertGone({ ...said, ...messageKey });

  const imported = InboundGroupSession.import(inbound.exportAt(1));
  const merged = imported.merge(inbound);
  const pickles = [
    OutboundGroupSession.unpickle(out.pickle(pickleKey), pickleKey),
    OutboundGroupSession.unpickleLibolm(out.pickleLibolm(pickleKey), pickleKey),
    InboundGroupSession.unpickle(inbound.pickle(pickleKey), pickleKey),
    InboundGroupSession.unpickleLibolm(inbound.pickleLibolm(pickleKey), pickleKey),
  ];
  assert.throws(() => InboundGroupSession.import(inbound.exportAt(0).replace(/^./, "B")), { code: "ERR_SESSION_KEY" });
  assert.throws(() => imported.decrypt(message), { code: "ERR_UNKNOWN_INDEX" });
  assertFound({ ratchet: kept.ratchet });
  for (const object of [out, inbound, imported, merged, ...pickles]) object.free();
  assertGone(all);
});

test("T9: public-key encryption, signing keys and short authentication strings leave nothing", () => {
  const [decryption, privateKey] = drawing(() => new PkDecryption());
  const kept = known({ "backup key": curveKeyForms(privateKey) });
  assertFound(kept);
  const encryption = new PkEncryption(decryption.publicKey);
  const plaintext = someBytes();
  const [message, ephemeral] = drawing(() => encryption.encrypt(plaintext));
  const shared = x25519(ephemeral, bytes(decryption.publicKey));
  assert.deepEqual(Buffer.from(decryption.decrypt(message)), plaintext);
  assert.throws(() => decryption.decrypt({ ...message, mac: altered(message.mac) }), { code: "ERR_DECRYPT" });
  assertGone(known({
    "backup plaintext": bytesForms(plaintext), "ephemeral key": curveKeyForms(ephemeral), "backup secret": cipherForms(shared, ""),
  }));
  PkDecryption.unpickle(decryption.pickle(pickleKey), pickleKey).free();
  decryption.privateKey();

  const seed = someBytes(32);
  const signing = new PkSigning(seed);
  assertFound(known({ "cross-signing key": signingKeyForms(expandSeed(seed)) }));
  signing.sign("a message");
  assertGone({ "cross-signing seed": bytesForms(seed) });
  known({ "cross-signing seed": seedForms(seed) });

  const [alice, aliceKey] = drawing(() => new Sas());
  const bob = new Sas();
  const own = known({ "verification key": curveKeyForms(aliceKey) });
  assertFound(own);
  alice.setTheirKey(bob.publicKey);
  const secret = x25519(aliceKey, bytes(bob.publicKey));
  assertGone(own);
  assertFound(known({ "verification secret": bytesForms(secret) }));
  alice.bytes("info", 40);
  const mac = alice.mac("hkdf-hmac-sha256.v2", "input", "info");
  assert.throws(() => alice.verifyMac("hkdf-hmac-sha256.v2", "other", "info", mac), { code: "ERR_MAC" });
  const macKey = hkdf(secret, "", "info", 40);
  const { inner, outer } = midstates(macKey.subarray(0, 32));
  assertGone(known({ "derived bytes": { ...bytesForms(macKey), inner, outer } }));
  for (const object of [decryption, encryption, signing, alice, bob]) object.free();
  assertGone(all);
});

test("T9: what only one call needs is there meanwhile, and not after it", () => {
  const session = new OutboundGroupSession();
  const forms = known({ "pickle key": cipherForms(pickleKey, SEAL), "libolm's pickle key": cipherForms(pickleKey, "Pickle") });
  session.pickleLibolm(pickleKey);
  assertGone(forms);
  const keys = { key: forms["pickle key"] };
  const used = kernel ? "raw" : "bitsliced";
  const pickle = during("random_fill", () => session.pickle(pickleKey), () => {
    for (const form of ["raw", `round keys, ${used}`, "MAC's inner state, raw", "MAC's outer state, raw"]) assertFound(keys, form);
  });
  OutboundGroupSession.unpickle(pickle, pickleKey).free();
  assert.throws(() => OutboundGroupSession.unpickle(pickle, someBytes(32)), { code: "ERR_PICKLE_KEY" });
  assertGone(forms);
  session.free();
});

test("T9: a message and its key are there while it is encrypted, and not after", { skip: !kernel && "the portable code asks for nothing" }, () => {
  const { alice, bob, session } = meet();
  const { next } = secretsOf(session);
  const text = "What is said in private, at some length.";
  const plaintext = known({ "text": { ...bytesForms(Buffer.from(text)), "UTF-16": Buffer.from(text, "utf16le") } });
  const message = during("aes_cbc_encrypt", () => session.encrypt(text), () => {
    assertFound(plaintext);
    for (const form of ["round keys, raw", "MAC's inner state, raw", "MAC's outer state, raw", "IV, raw"]) assertFound(next, form);
  });
  assertGone({ ...next, ...plaintext });
  during("aes_cbc_decrypt_pairs", () => bob.createInboundSession(alice.identityKeys.curve25519, message).session.free(), () => assertFound(next));
  for (const object of [alice, bob, session]) object.free();
  assertGone(all);
});

test("T9: nothing comes to light as heap and stack grow", () => {
  const before = go.mem.buffer.byteLength;
  const out = new OutboundGroupSession();
  const inbound = new InboundGroupSession(out.sessionKey());
  const large = someBytes(16);
  const plaintext = Buffer.alloc(1 << 20, large);
  for (let i = 0; i < 8; i++) inbound.decrypt(out.encrypt(plaintext));
  assert.ok(go.mem.buffer.byteLength > before, "the heap did not grow");
  out.free();
  inbound.free();
  assertGone(known({ "large plaintext": bytesForms(large) }));
  for (let i = 0; i < 200; i++) new Account().free();
  assertGone(all);
});

test("T9: the stack is where it was, and what a call left on it is overwritten", () => {
  assert.equal(go.getsp(), stack, "the stack was moved");
  const account = new Account();
  const before = stackOfCalls();
  const used = [];
  during("random_fill", () => account.pickle(pickleKey), () => {
    for (const [i, byte] of stackOfCalls().entries()) if (byte !== before[i]) used.push(i);
  });
  assert.ok(used.length > 100, `a call used but ${used.length} bytes of the stack`);
  const after = stackOfCalls();
  assert.deepEqual(used.filter((i) => after[i] !== 0), []);
  account.free();
});
