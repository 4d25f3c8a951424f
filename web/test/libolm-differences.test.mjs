// Where mudpuppy/libolm refuses, on purpose, what @matrix-org/olm accepts.
import assert from "node:assert/strict";
import { test } from "node:test";
import { firstKey, kit, makeFixture, ours, outcome, restore, summary, theirs } from "./libolm-kit.mjs";
import { base64 } from "./libolm-pickle.mjs";

const fixture = makeFixture();
const zero = base64(new Uint8Array(32));
const one = (length) => base64(Uint8Array.from({ length }, (_, i) => (i === 0 ? 1 : 0)));

/** The signature with the order of the group added to its number S. */
function withAnotherS(signature) {
  const bytes = Buffer.from(signature, "base64");
  const s = BigInt(`0x${Buffer.from(bytes.subarray(32)).reverse().toString("hex")}`);
  const other = s + 0x1000000000000000000000000000000014def9dea2f79cd65812631a5cf5d3edn;
  bytes.set(Buffer.from(other.toString(16).padStart(64, "0"), "hex").reverse(), 32);
  return base64(bytes);
}

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/** The text with a bit set that stands for none of the bytes. */
const withStrayBit = (text) => text.slice(0, -1) + ALPHABET[ALPHABET.indexOf(text.at(-1)) | 1];

const verify = (key, message, signature) => (k) => k.empty("Utility").ed25519_verify(key, message, signature);
const { alice, bob, ed25519 } = fixture.identities;

const table = {
  "T5 a one-time key of small order": ["WEAK_KEY", (k) => k.empty("Session").create_outbound(k.Account(), bob, zero)],
  "T5 an identity key of small order": ["WEAK_KEY", (k) => k.empty("Session").create_outbound(k.Account(), zero, bob)],
  "T5 a SAS key of small order": ["WEAK_KEY", (k) => k.empty("SAS").set_their_key(zero)],
  "T5 a recipient key of small order": ["WEAK_KEY", (k) => { const e = k.empty("PkEncryption"); e.set_recipient_key(zero); e.encrypt("text"); }],
  "T4 a signature of a key of small order": ["BAD_MESSAGE_MAC", verify(one(32), "any message", one(64))],
  "T4 a signature with another S": ["BAD_MESSAGE_MAC", verify(ed25519, "message", withAnotherS(fixture.signature))],
  "T3 a signature with a stray bit": ["BAD_MESSAGE_MAC", verify(ed25519, "message", withStrayBit(fixture.signature))],
  "T3 a session key with a stray bit": ["BAD_SIGNATURE", (k) => k.empty("InboundGroupSession").create(withStrayBit(fixture.sessionKey))],
  "T3 an identity key with a stray bit": ["INVALID_BASE64", (k) => k.empty("Session").create_outbound(k.Account(), withStrayBit(alice), bob)],
  "a pre-key message of another version": ["BAD_MESSAGE_MAC", (k) => k.Session(fixture.pickles.unread).decrypt(0, `B${fixture.preKey.slice(1)}`)],
  "an empty PkEncryption, which encrypts to everybody": [undefined, (k) => k.empty("PkEncryption").encrypt("text")],
};

for (const [what, [code, call]] of Object.entries(table)) {
  test(what, () => {
    assert.equal(outcome(() => call(kit(theirs, fixture))).error, undefined, "libolm refuses too: a difference less");
    const refusal = outcome(() => call(kit(ours, fixture)));
    assert.equal(summary(refusal), code ? `OLM.${code}` : "another error");
  });
}

test("a key that is refused leaves a SAS with the one that it had", () => {
  const [sas, peer] = [new ours.SAS(), new ours.SAS()];
  sas.set_their_key(peer.get_pubkey());
  const before = sas.generate_bytes("info", 6);
  assert.throws(() => sas.set_their_key(zero), { message: "OLM.WEAK_KEY" });
  assert.deepEqual(sas.generate_bytes("info", 6), before);
});

test("a session made from a pre-key message leaves the one-time key until it is removed", () => {
  const account = kit(ours, fixture).Account();
  const session = new ours.Session();
  session.create_inbound(account, fixture.preKey);
  const again = new ours.Session();
  again.create_inbound(account, fixture.preKey);
  assert.equal(again.decrypt(0, fixture.preKey), "first");
  account.remove_one_time_keys(again);
  assert.throws(() => new ours.Session().create_inbound(account, fixture.preKey), { message: "OLM.BAD_MESSAGE_KEY_ID" });
  assert.ok(firstKey(restore(theirs, "Account", account.pickle("key"), "key").one_time_keys()));
});
