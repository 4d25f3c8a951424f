// Every error of libolm, thrown by the same calls to @matrix-org/olm and to
// mudpuppy/libolm.
//
// These codes of libolm cannot be reached from JavaScript, because its wrapper
// sizes all buffers and draws all randomness itself: NOT_ENOUGH_RANDOM and
// OUTPUT_BUFFER_TOO_SMALL.
import assert from "node:assert/strict";
import { test } from "node:test";
import { KEY, kit, makeFixture, ours, outcome, summary, theirs } from "./libolm-kit.mjs";
import { alterPickle, base64, openPickle } from "./libolm-pickle.mjs";

const fixture = makeFixture();
const { pickles } = fixture;

const alter = (text, change) => {
  const bytes = Buffer.from(text, "base64");
  return base64(change(bytes) ?? bytes);
};
const flip = (text, at) => alter(text, (bytes) => void (bytes[at < 0 ? bytes.length + at : at] ^= 1));
const withVersion = (text, version) => alter(text, (bytes) => void (bytes[0] = version));
const pickled = (name, change) => alterPickle(pickles[name], KEY, (bytes) => change(bytes) ?? bytes);
const withPickleVersion = (name, version) => pickled(name, (bytes) => void bytes.writeUInt32BE(version));

/** A message that is signed as it should be, but encrypted by another ratchet. */
function messageOfAnotherRatchet() {
  const altered = pickled("OutboundGroupSession", (bytes) => void (bytes[10] ^= 1));
  return kit(theirs, fixture).OutboundGroupSession(altered).encrypt("forged");
}

/** A message inside a pre-key message, with another version. */
function innerOfAnotherVersion() {
  const bytes = Buffer.from(fixture.preKey, "base64");
  const inner = 1 + 3 * 34 + 2;
  bytes[bytes[inner - 1] === 3 ? inner - 1 : inner] = 4;
  return base64(bytes);
}

const KEY43 = "A".repeat(43);
const odd = "AAAAA"; // no base64 has this length

/** The code, what is done, and how. */
const table = [
  ["INVALID_BASE64", "decrypt", (k) => k.Session().decrypt(1, odd)],
  ["INVALID_BASE64", "decrypt a pre-key message", (k) => k.Session().decrypt(0, odd)],
  ["INVALID_BASE64", "outbound session, identity key", (k) => k.empty("Session").create_outbound(k.Account(), "x", KEY43)],
  ["INVALID_BASE64", "outbound session, one-time key", (k) => k.empty("Session").create_outbound(k.Account(), fixture.identities.bob, `${KEY43}A`)],
  ["INVALID_BASE64", "outbound session, padded key", (k) => k.empty("Session").create_outbound(k.Account(), `${fixture.identities.bob}=`, KEY43)],
  ["INVALID_BASE64", "inbound session", (k) => k.empty("Session").create_inbound(k.Account(), odd)],
  ["INVALID_BASE64", "inbound session from, key", (k) => k.empty("Session").create_inbound_from(k.Account(), "", fixture.preKey)],
  ["INVALID_BASE64", "inbound session from, message", (k) => k.empty("Session").create_inbound_from(k.Account(), KEY43, odd)],
  ["INVALID_BASE64", "matches inbound", (k) => k.Session().matches_inbound(odd)],
  ["INVALID_BASE64", "matches inbound from, key", (k) => k.Session().matches_inbound_from("x", fixture.preKey)],
  ["INVALID_BASE64", "matches inbound from, message", (k) => k.Session().matches_inbound_from(KEY43, odd)],
  ["INVALID_BASE64", "session key", (k) => k.empty("InboundGroupSession").create(odd)],
  ["INVALID_BASE64", "exported session key", (k) => k.empty("InboundGroupSession").import_session(odd)],
  ["INVALID_BASE64", "group message", (k) => k.InboundGroupSession().decrypt(odd)],
  ["INVALID_BASE64", "key of a signature", (k) => k.empty("Utility").ed25519_verify("x", "message", fixture.signature)],
  ["INVALID_BASE64", "signature", (k) => k.empty("Utility").ed25519_verify(fixture.identities.ed25519, "message", odd)],
  ["INVALID_BASE64", "ephemeral key", (k) => k.PkDecryption().decrypt("x", fixture.sealed.mac, fixture.sealed.ciphertext)],
  ["INVALID_BASE64", "mac of a public-key message", (k) => k.PkDecryption().decrypt(fixture.sealed.ephemeral, "x", fixture.sealed.ciphertext)],
  ["SUCCESS", "ciphertext of a public-key message", (k) => k.PkDecryption().decrypt(fixture.sealed.ephemeral, fixture.sealed.mac, odd)],
  ...Object.keys(pickles).slice(0, 5).map((name) => ["INVALID_BASE64", `pickle of ${name}`, (k) => k.empty(name).unpickle(KEY, odd)]),

  ["BAD_MESSAGE_FORMAT", "an empty message", (k) => k.Session().decrypt(1, "")],
  ["BAD_MESSAGE_FORMAT", "an empty pre-key message", (k) => k.Session().decrypt(0, "")],
  ["BAD_MESSAGE_FORMAT", "a short message", (k) => k.Session().decrypt(1, "AwAA")],
  ["BAD_MESSAGE_FORMAT", "another short message", (k) => k.Session().decrypt(1, "xxxx")],
  ["BAD_MESSAGE_FORMAT", "text", (k) => k.Session().decrypt(1, "this is no message at all, whatever else it may be")],
  ["BAD_MESSAGE_FORMAT", "text as a pre-key message", (k) => k.Session().decrypt(0, "this is no message at all, whatever else it may be")],
  ["BAD_MESSAGE_FORMAT", "a normal message as a pre-key message", (k) => k.Session().decrypt(0, fixture.normal.slice(0, 40))],
  ["BAD_MESSAGE_FORMAT", "inbound session from a short message", (k) => k.empty("Session").create_inbound(k.Account(), "AwAA")],
  ["BAD_MESSAGE_FORMAT", "inbound session from another one", (k) => k.empty("Session").create_inbound(k.Account(), "xxxx")],
  ["BAD_MESSAGE_FORMAT", "inbound session from text", (k) => k.empty("Session").create_inbound(k.Account(), "this is no message")],
  ["BAD_MESSAGE_FORMAT", "group message without fields", (k) => k.InboundGroupSession().decrypt(`Aw${"A".repeat(200)}`)],

  ["BAD_MESSAGE_VERSION", "message of another version", (k) => k.Session().decrypt(1, withVersion(fixture.normal, 4))],
  ["BAD_MESSAGE_VERSION", "pre-key message with one inside", (k) => k.Session(pickles.unread).decrypt(0, innerOfAnotherVersion())],
  ["BAD_MESSAGE_VERSION", "group message of another version", (k) => k.InboundGroupSession().decrypt(withVersion(fixture.groupMessage, 4))],
  ["BAD_MESSAGE_VERSION", "empty group message", (k) => k.InboundGroupSession().decrypt("")],
  ["BAD_MESSAGE_VERSION", "short group message", (k) => k.InboundGroupSession().decrypt("AwAA")],
  ["BAD_MESSAGE_VERSION", "text as a group message", (k) => k.InboundGroupSession().decrypt("this is no message, is it?")],

  ["BAD_MESSAGE_MAC", "altered message", (k) => k.Session().decrypt(1, flip(fixture.normal, -1))],
  ["BAD_MESSAGE_MAC", "altered pre-key message", (k) => k.Session(pickles.unread).decrypt(0, flip(fixture.preKey, -1))],
  ["BAD_MESSAGE_MAC", "message twice", (k) => { const s = k.Session(); s.decrypt(1, fixture.normal); s.decrypt(1, fixture.normal); }],
  ["BAD_MESSAGE_MAC", "message of another session", (k) => k.Session(pickles.unread).decrypt(1, fixture.normal)],
  ["BAD_MESSAGE_MAC", "group message of another ratchet", (k) => k.InboundGroupSession().decrypt(messageOfAnotherRatchet())],
  ["BAD_MESSAGE_MAC", "altered signature", (k) => k.empty("Utility").ed25519_verify(fixture.identities.ed25519, "message", flip(fixture.signature, 0))],
  ["BAD_MESSAGE_MAC", "short signature", (k) => k.empty("Utility").ed25519_verify(fixture.identities.ed25519, "message", "AAAA")],
  ["BAD_MESSAGE_MAC", "no signature", (k) => k.empty("Utility").ed25519_verify(fixture.identities.ed25519, "message", "")],
  ["BAD_MESSAGE_MAC", "text as a key", (k) => k.empty("Utility").ed25519_verify("!".repeat(43), "message", fixture.signature)],
  ["BAD_MESSAGE_MAC", "signature of another message", (k) => k.empty("Utility").ed25519_verify(fixture.identities.ed25519, "other", fixture.signature)],
  ["BAD_MESSAGE_MAC", "altered public-key message", (k) => k.PkDecryption().decrypt(fixture.sealed.ephemeral, flip(fixture.sealed.mac, 0), fixture.sealed.ciphertext)],
  ["BAD_MESSAGE_MAC", "public-key message to another", (k) => { const d = k.empty("PkDecryption"); d.generate_key(); d.decrypt(fixture.sealed.ephemeral, fixture.sealed.mac, fixture.sealed.ciphertext); }],

  ["BAD_MESSAGE_KEY_ID", "inbound session without the one-time key", (k) => k.empty("Session").create_inbound(k.stranger(), fixture.preKey)],
  ["BAD_MESSAGE_KEY_ID", "inbound session from another identity", (k) => k.empty("Session").create_inbound_from(k.Account(), fixture.identities.bob, fixture.preKey)],
  ["BAD_MESSAGE_KEY_ID", "one-time key removed twice", (k) => { const a = k.Account(); a.remove_one_time_keys(k.Session()); a.remove_one_time_keys(k.Session()); }],

  ...Object.keys(pickles).slice(0, 5).flatMap((name) => [
    ["BAD_ACCOUNT_KEY", `another key for the pickle of ${name}`, (k) => k.empty(name).unpickle("other", pickles[name])],
    ["BAD_ACCOUNT_KEY", `an altered pickle of ${name}`, (k) => k.empty(name).unpickle(KEY, flip(pickles[name], 3))],
    ["BAD_ACCOUNT_KEY", `an empty pickle of ${name}`, (k) => k.empty(name).unpickle(KEY, "")],
    ["BAD_ACCOUNT_KEY", `text as a pickle of ${name}`, (k) => k.empty(name).unpickle(KEY, "what is all this?!")],
    ["UNKNOWN_PICKLE_VERSION", `pickle of ${name}`, (k) => k.empty(name).unpickle(KEY, withPickleVersion(name, 99))],
    ["CORRUPTED_PICKLE", `pickle of ${name}`, (k) => k.empty(name).unpickle(KEY, pickled(name, (bytes) => bytes.subarray(0, -1)))],
    ["CORRUPTED_PICKLE", `pickle of ${name}, its version cut`, (k) => k.empty(name).unpickle(KEY, pickled(name, (bytes) => bytes.subarray(0, 3)))],
    ["OLM_PICKLE_EXTRA_DATA", `pickle of ${name}`, (k) => k.empty(name).unpickle(KEY, pickled(name, (bytes) => Buffer.concat([bytes, Buffer.alloc(1)])))],
  ]),
  ["BAD_LEGACY_ACCOUNT_PICKLE", "account of the first version", (k) => k.empty("Account").unpickle(KEY, withPickleVersion("Account", 1))],

  ["BAD_SESSION_KEY", "session key of another version", (k) => k.empty("InboundGroupSession").create(withVersion(fixture.sessionKey, 9))],
  ["BAD_SESSION_KEY", "short session key", (k) => k.empty("InboundGroupSession").create("AAAA")],
  ["BAD_SESSION_KEY", "empty session key", (k) => k.empty("InboundGroupSession").create("")],
  ["BAD_SESSION_KEY", "export as session key", (k) => k.empty("InboundGroupSession").create(fixture.exported)],
  ["BAD_SESSION_KEY", "session key as export", (k) => k.empty("InboundGroupSession").import_session(fixture.sessionKey)],
  ["BAD_SESSION_KEY", "export of another version", (k) => k.empty("InboundGroupSession").import_session(withVersion(fixture.exported, 9))],
  ["BAD_SIGNATURE", "session key", (k) => k.empty("InboundGroupSession").create(flip(fixture.sessionKey, 20))],
  ["BAD_SIGNATURE", "group message", (k) => k.InboundGroupSession().decrypt(flip(fixture.groupMessage, -1))],
  ["UNKNOWN_MESSAGE_INDEX", "group message before the first known", (k) => k.late().decrypt(fixture.groupMessage)],
  ["UNKNOWN_ERROR", "export before the first known", (k) => k.late().export_session(0)],

  ["OLM_INPUT_BUFFER_TOO_SMALL", "private key", (k) => k.empty("PkDecryption").init_with_private_key(new Uint8Array(31))],
  ["OLM_INPUT_BUFFER_TOO_SMALL", "seed", (k) => k.empty("PkSigning").init_with_seed(new Uint8Array(31))],
  ["OLM_INPUT_BUFFER_TOO_SMALL", "recipient key", (k) => k.empty("PkEncryption").set_recipient_key("AAAA")],
  ["OLM_INPUT_BUFFER_TOO_SMALL", "their key", (k) => k.empty("SAS").set_their_key("AAAA")],
  ["OLM_SAS_THEIR_KEY_NOT_SET", "bytes", (k) => k.empty("SAS").generate_bytes("info", 6)],
  ["OLM_SAS_THEIR_KEY_NOT_SET", "mac", (k) => k.empty("SAS").calculate_mac("input", "info")],
  ["OLM_SAS_THEIR_KEY_NOT_SET", "fixed mac", (k) => k.empty("SAS").calculate_mac_fixed_base64("input", "info")],
  ["OLM_SAS_THEIR_KEY_NOT_SET", "long mac", (k) => k.empty("SAS").calculate_mac_long_kdf("input", "info")],
];

for (const [code, what, call] of table) {
  test(`OLM.${code}: ${what}`, () => {
    assert.equal(summary(outcome(() => call(kit(theirs, fixture)))), `OLM.${code}`, "of the original");
    assert.equal(summary(outcome(() => call(kit(ours, fixture)))), `OLM.${code}`);
  });
}

test("an error is a plain one, and its cause the error of mudpuppy/olm", () => {
  const { error } = outcome(() => kit(ours, fixture).Session().decrypt(1, flip(fixture.normal, -1)));
  assert.equal(Object.getPrototypeOf(error), Error.prototype);
  assert.deepEqual(Object.keys(error), []);
  assert.equal(error.cause.code, "ERR_MAC");
});

test("a refused message leaves the session as it was, even one that libolm would read", () => {
  const session = kit(ours, fixture).Session();
  const before = openPickle(session.pickle(KEY), KEY);
  const stray = `${fixture.normal.slice(0, -1)}${{ A: "B", Q: "R", g: "h", w: "x" }[fixture.normal.at(-1)] ?? "!"}`;
  for (const body of [flip(fixture.normal, -1), withVersion(fixture.normal, 4), stray]) {
    assert.throws(() => session.decrypt(1, body), /^Error: OLM\./);
    assert.deepEqual(openPickle(session.pickle(KEY), KEY), before);
  }
  assert.equal(session.decrypt(1, fixture.normal), "normal");
});
