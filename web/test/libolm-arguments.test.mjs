// Arguments of all types, given to @matrix-org/olm and to mudpuppy/libolm.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { KEY, kit, makeFixture, ours, outcome, restore, summary, theirs } from "./libolm-kit.mjs";

const fixture = makeFixture();
const bytesOf = (text) => new TextEncoder().encode(text);

/** Compares what both libraries answer to a call. */
function same(call) {
  const want = summary(outcome(() => call(kit(theirs, fixture))));
  assert.equal(summary(outcome(() => call(kit(ours, fixture)))), want);
  return want;
}

const wrong = {
  undefined: undefined, null: null, number: 5, bigint: 5n, boolean: true, symbol: Symbol("x"), object: {}, array: [],
  "array of text": ["a"], "array of numbers": [1, 2], function: () => 1, "String object": new String("abc"),
  Uint8Array: new Uint8Array(3), "empty Uint8Array": new Uint8Array(), Uint16Array: new Uint16Array(2), Buffer: Buffer.from("abc"),
};

/** The calls whose results are no accident, each with one argument left open. */
const calls = {
  "Account.sign": (k, x) => k.Account().sign(x),
  "Account.unpickle, pickle": (k, x) => k.empty("Account").unpickle(KEY, x),
  "Account.unpickle, key": (k, x) => k.empty("Account").unpickle(x, fixture.pickles.Account),
  "Session.create_outbound, identity key": (k, x) => k.empty("Session").create_outbound(k.Account(), x, fixture.identities.bob),
  "Session.create_outbound, one-time key": (k, x) => k.empty("Session").create_outbound(k.Account(), fixture.identities.bob, x),
  "Session.create_inbound": (k, x) => k.empty("Session").create_inbound(k.Account(), x),
  "Session.create_inbound_from": (k, x) => k.empty("Session").create_inbound_from(k.Account(), x, fixture.preKey),
  "Session.matches_inbound": (k, x) => k.Session().matches_inbound(x),
  "Session.matches_inbound_from": (k, x) => k.Session().matches_inbound_from(fixture.identities.alice, x),
  "Session.decrypt, message": (k, x) => k.Session().decrypt(1, x),
  "Session.decrypt, type": (k, x) => k.Session(fixture.pickles.unread).decrypt(x, fixture.preKey),
  "InboundGroupSession.create": (k, x) => k.empty("InboundGroupSession").create(x),
  "InboundGroupSession.import_session": (k, x) => k.empty("InboundGroupSession").import_session(x),
  "InboundGroupSession.decrypt": (k, x) => k.InboundGroupSession().decrypt(x),
  "InboundGroupSession.export_session": (k, x) => k.InboundGroupSession().export_session(x),
  "PkEncryption.set_recipient_key": (k, x) => k.empty("PkEncryption").set_recipient_key(x),
  "PkDecryption.init_with_private_key": (k, x) => k.empty("PkDecryption").init_with_private_key(x),
  "PkDecryption.decrypt, ephemeral key": (k, x) => k.PkDecryption().decrypt(x, fixture.sealed.mac, fixture.sealed.ciphertext),
  "PkDecryption.decrypt, mac": (k, x) => k.PkDecryption().decrypt(fixture.sealed.ephemeral, x, fixture.sealed.ciphertext),
  "PkDecryption.decrypt, ciphertext": (k, x) => k.PkDecryption().decrypt(fixture.sealed.ephemeral, fixture.sealed.mac, x),
  "PkSigning.init_with_seed": (k, x) => k.empty("PkSigning").init_with_seed(x),
  "PkSigning.sign": (k, x) => { const s = k.empty("PkSigning"); s.init_with_seed(new Uint8Array(32)); return s.sign(x); },
  "SAS.set_their_key": (k, x) => k.empty("SAS").set_their_key(x),
  "Utility.sha256": (k, x) => k.empty("Utility").sha256(x),
  "Utility.ed25519_verify, key": (k, x) => k.empty("Utility").ed25519_verify(x, "message", fixture.signature),
  "Utility.ed25519_verify, message": (k, x) => k.empty("Utility").ed25519_verify(fixture.identities.ed25519, x, fixture.signature),
  "Utility.ed25519_verify, signature": (k, x) => k.empty("Utility").ed25519_verify(fixture.identities.ed25519, "message", x),
};

/** Results that are drawn by chance; what counts is whether there is one. */
const random = {
  "Account.pickle": (k, x) => typeof k.Account().pickle(x),
  "Account.generate_one_time_keys": (k, x) => { const a = k.Account(); a.generate_one_time_keys(x); return Object.keys(JSON.parse(a.one_time_keys()).curve25519); },
  "Account.remove_one_time_keys": (k, x) => k.Account().remove_one_time_keys(x),
  "Session.encrypt": (k, x) => k.Session().encrypt(x).body.length,
  "OutboundGroupSession.encrypt": (k, x) => k.OutboundGroupSession().encrypt(x).length,
  "PkEncryption.encrypt": (k, x) => { const e = k.empty("PkEncryption"); e.set_recipient_key(fixture.publicKey); return e.encrypt(x).ciphertext.length; },
  "SAS.generate_bytes, info": (k, x) => { const s = k.empty("SAS"); s.set_their_key(fixture.publicKey); return s.generate_bytes(x, 5).length; },
  "SAS.calculate_mac, input": (k, x) => { const s = k.empty("SAS"); s.set_their_key(fixture.publicKey); return s.calculate_mac(x, "info").length; },
  "SAS.calculate_mac, info": (k, x) => { const s = k.empty("SAS"); s.set_their_key(fixture.publicKey); return s.calculate_mac("input", x).length; },
};

// What is no Session makes libolm read memory at address 0 and find no key
// there; here it is an error of type.
const untyped = new Set(["Account.remove_one_time_keys"]);

// Nobody writes an empty ciphertext. libolm takes it, we do not.
const isEmptyCiphertext = (name, x) => name === "PkDecryption.decrypt, ciphertext" && x !== undefined && x !== null && !x.length;

for (const [name, call] of Object.entries({ ...calls, ...random })) {
  describe(name, () => {
    for (const [kind, value] of Object.entries(wrong)) {
      const copy = () => (value instanceof Uint8Array ? Uint8Array.prototype.slice.call(value) : value);
      test(kind, () => {
        const outcomes = [theirs, ours].map((library) => outcome(() => call(kit(library, fixture), copy())));
        if (untyped.has(name)) return assert.ok(outcomes[0].error && outcomes[1].error);
        if (isEmptyCiphertext(name, value)) return assert.deepEqual(outcomes.map(summary), ['result: ""', "OLM.BAD_MESSAGE_MAC"]);
        assert.equal(summary(outcomes[1]), summary(outcomes[0]));
      });
    }
  });
}

describe("what may be text or bytes", () => {
  const both = {
    "the key of a pickle": (k, as) => restore(k.library, "Account", fixture.pickles.Account, as(KEY)).identity_keys(),
    "a pickle": (k, as) => restore(k.library, "Account", as(fixture.pickles.Account)).identity_keys(),
    "a message to sign": (k, as) => k.Account().sign(as("äöü")),
    "a message to hash": (k, as) => k.empty("Utility").sha256(as("äöü\0€🐟")),
    "a signature": (k, as) => k.empty("Utility").ed25519_verify(as(fixture.identities.ed25519), as("message"), as(fixture.signature)),
    "a session key": (k, as) => { const s = k.empty("InboundGroupSession"); s.create(as(fixture.sessionKey)); return s.decrypt(fixture.groupMessage); },
    "an export": (k, as) => { const s = k.empty("InboundGroupSession"); s.import_session(as(fixture.exported)); return s.decrypt(fixture.groupMessage); },
    "a pre-key message": (k, as) => { const s = k.empty("Session"); s.create_inbound(k.Account(), as(fixture.preKey)); return s.decrypt(0, fixture.preKey); },
    "an identity key": (k, as) => { const s = k.empty("Session"); s.create_inbound_from(k.Account(), as(fixture.identities.alice), as(fixture.preKey)); return s.decrypt(0, fixture.preKey); },
    "keys of a session": (k, as) => k.empty("Session").create_outbound(k.Account(), as(fixture.identities.bob), as(fixture.publicKey)),
    "a public-key message": (k, as) => k.PkDecryption().decrypt(as(fixture.sealed.ephemeral), as(fixture.sealed.mac), fixture.sealed.ciphertext),
    "whether a message matches": (k, as) => [k.Session().matches_inbound(as(fixture.preKey)), k.Session().matches_inbound_from(as(fixture.identities.alice), as(fixture.preKey))],
  };
  for (const [name, call] of Object.entries(both)) {
    test(name, () => {
      const want = same((k) => call(k, (text) => text));
      assert.match(want, /^result/);
      assert.equal(same((k) => call(k, bytesOf)), want);
    });
  }
});

describe("arrays that the original overwrites", () => {
  const overwriting = {
    "Account.pickle": (k, x) => k.Account().pickle(x),
    "Account.unpickle": (k, x) => k.empty("Account").unpickle(x, fixture.pickles.Account),
    "Account.sign": (k, x) => k.Account().sign(x),
    "Session.create_inbound": (k, x) => k.empty("Session").create_inbound(k.Account(), x),
    "InboundGroupSession.create": (k, x) => k.empty("InboundGroupSession").create(x),
    "PkDecryption.init_with_private_key": (k, x) => k.empty("PkDecryption").init_with_private_key(x),
    "PkDecryption.unpickle": (k, x) => k.empty("PkDecryption").unpickle(x, fixture.pickles.PkDecryption),
    "SAS.set_their_key": (k, x) => k.empty("SAS").set_their_key(x),
    "Utility.sha256": (k, x) => k.empty("Utility").sha256(x),
    "Utility.ed25519_verify, message": (k, x) => k.empty("Utility").ed25519_verify(fixture.identities.ed25519, x, fixture.signature),
    "Utility.ed25519_verify, key": (k, x) => k.empty("Utility").ed25519_verify(x, "", fixture.signature),
  };
  for (const [name, call] of Object.entries(overwriting)) {
    test(name, () => {
      const after = [theirs, ours].map((library) => {
        const bytes = new Uint8Array(43).fill(65);
        outcome(() => call(kit(library, fixture), bytes));
        return [...bytes];
      });
      assert.deepEqual(after[1], after[0]);
    });
  }
});

test("texts come out as from the original", () => {
  for (const text of ["", "a\0b", "\0", "\ufeffmark", "\ufeffa mark before a longer text", "🐟", "x\ud800", "x\ud800y", "x\udc00", "é".repeat(20_000)]) {
    same((k) => k.empty("Utility").sha256(text.slice(0, 5000)));
    same((k) => k.InboundGroupSession().decrypt(kit(theirs, fixture).OutboundGroupSession().encrypt(text)));
    const [a, b] = [theirs, ours].map((library) => kit(library, fixture).OutboundGroupSession().encrypt(text));
    assert.equal(b, a);
  }
});

test("what has not begun or was freed says so", () => {
  for (const name of ["Account", "Session", "OutboundGroupSession", "InboundGroupSession", "PkDecryption", "PkSigning", "PkEncryption"]) {
    const object = new ours[name]();
    const call = () => (object.pickle ? object.pickle(KEY) : object.sign ? object.sign("") : object.encrypt(""));
    assert.throws(call, { message: `the ${name} is empty: create or unpickle it first` });
    object.free();
    object.free();
    assert.throws(call, { message: `the ${name} was freed` });
  }
  const sas = new ours.SAS();
  sas.free();
  assert.throws(() => sas.get_pubkey(), { message: "the SAS was freed" });
  assert.throws(() => sas.set_their_key(fixture.publicKey), { message: "the SAS was freed" });
});
