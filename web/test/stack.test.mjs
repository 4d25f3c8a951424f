// The stack lies in memory, so a call clears the part of it that calls use. No
// call may use more.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Account, InboundGroupSession, OutboundGroupSession, PkDecryption, PkEncryption, PkSigning, Sas, Session, sha256 } from "mudpuppy/olm";
import { go, start } from "./inside.mjs";
import { build } from "./program.mjs";

const PAINTED = 64 << 10;
const PAINT = 0xa5;

await start({ bytes: build("deep") });

/** The address of the painted stack, wherever it lies. */
function findPainted() {
  const memory = new Uint8Array(go.mem.buffer);
  for (let i = 0, length = 0; i < memory.length; i++) {
    length = memory[i] === PAINT ? length + 1 : 0;
    if (length === PAINTED) return i + 1 - PAINTED;
  }
  throw new Error("the painted stack was not found");
}

/** How many bytes of the stack a call uses, at the least as many as it clears. */
function depth(call) {
  go.paint();
  const address = findPainted();
  call();
  const painted = new Uint8Array(go.mem.buffer, address, PAINTED);
  return PAINTED - painted.findIndex((byte) => byte !== PAINT);
}

const key = new Uint8Array(32);
const alice = new Account();
const bob = new Account();
bob.generateOneTimeKeys(1);
bob.generateFallbackKey();
const session = alice.createOutboundSession(bob.identityKeys.curve25519, bob.oneTimeKeys()[0].key);
const first = session.encrypt("first");
const outbound = new OutboundGroupSession();
const sessionKey = outbound.sessionKey();
const inbound = new InboundGroupSession(sessionKey);
const decryption = new PkDecryption();
const encryption = new PkEncryption(decryption.publicKey);
const sas = new Sas();
const other = new Sas();

// What is cleared begins at the export, which itself needs a little for its
// arguments. This one needs next to nothing besides.
const cleared = depth(() => alice.forgetFallbackKey()) + 64;

const calls = {
  "a new account": () => new Account(),
  "one-time keys": () => alice.generateOneTimeKeys(50),
  "a signature": () => alice.sign("x".repeat(1000)),
  "a pickle": () => Account.unpickle(alice.pickle(key), key),
  "a pickle of libolm": () => Account.unpickleLibolm(alice.pickleLibolm(key), key),
  "Olm, outbound": () => alice.createOutboundSession(bob.identityKeys.curve25519, bob.fallbackKey().key).encrypt("x"),
  "Olm, inbound and back": () => {
    const { session: back } = bob.createInboundSession(alice.identityKeys.curve25519, first);
    const messages = Array.from({ length: 30 }, () => back.encrypt("x".repeat(1000)));
    session.decrypt(messages.at(-1));
    session.decrypt(messages[0]);
    Session.unpickleLibolm(session.pickleLibolm(key), key);
    Session.unpickle(session.pickle(key), key);
  },
  "Megolm": () => {
    const message = outbound.encrypt("x".repeat(30_000));
    inbound.decrypt(message);
    new InboundGroupSession(sessionKey);
    InboundGroupSession.import(inbound.exportAt(0)).merge(inbound);
  },
  "PK": () => decryption.decrypt(encryption.encrypt("x")),
  "a signing key": () => new PkSigning(key).sign("x"),
  "SAS": () => {
    sas.setTheirKey(other.publicKey);
    sas.emoji("x");
    sas.bytes("x", 500);
    sas.mac("hkdf-hmac-sha256.v2", "x", "x");
  },
  "a hash": () => sha256("x".repeat(1000)),
  "an error": () => assert.throws(() => inbound.decrypt("AAAA")),
  "free": () => new Account().free(),
};
for (const [name, call] of Object.entries(calls)) {
  test(`T9: ${name} uses no more of the stack than is cleared`, () => {
    const used = depth(call);
    assert.ok(used <= cleared, `${used} of ${cleared}`);
  });
}

test("T9: a call that uses more is noticed", () => assert.ok(depth(() => go.deep()) > cleared));
