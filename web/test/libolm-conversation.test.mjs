// Random conversations between @matrix-org/olm and mudpuppy/libolm. Before any
// call an object may be pickled and taken up by the other library, so that no
// state of one is strange to the other.
//
// Again as it was: MUDPUPPY_SEED=… node --test test/libolm-conversation.test.mjs
import assert from "node:assert/strict";
import { test } from "node:test";
import { firstKey, KEY, ours, outcome, restore, summary, theirs } from "./libolm-kit.mjs";
import { Random, count, seed } from "./random.mjs";

/** Repeats a test with randomness of its own each time. */
function repeat(name, body, most = Infinity) {
  const rounds = Math.min(count(20), most);
  test(`${name} (MUDPUPPY_SEED=${seed}, ${rounds} times)`, () => {
    for (let round = 0; round < rounds; round++) {
      try {
        body(new Random(seed + round * 7919));
      } catch (error) {
        error.message = `in round ${round} of MUDPUPPY_SEED=${seed}: ${error.message}`;
        throw error;
      }
    }
  });
}

const library = (random) => random.pick([theirs, ours]);

/** An object that wanders between the libraries. */
class Wanderer {
  constructor(random, name, make) {
    this.random = random;
    this.name = name;
    this.object = new (library(random)[name])();
    make(this.object);
  }

  /** The object, which may have moved. */
  get it() {
    if (this.random.chance(30)) {
      const key = this.random.pick(["", KEY, this.random.text()]);
      const pickle = this.object.pickle(key);
      assertSamePickle(this.name, pickle, key);
      this.object.free();
      this.object = restore(library(this.random), this.name, pickle, key);
    }
    return this.object;
  }

  free() {
    this.object.free();
  }
}

/** Both libraries write the same pickle again. */
function assertSamePickle(name, pickle, key) {
  for (const each of [theirs, ours]) {
    const object = restore(each, name, pickle, key);
    assert.equal(object.pickle(key), pickle);
    object.free();
  }
}

/** What both libraries say of an object in the same state; the object itself stays as it is. */
function both(wanderer, call) {
  const pickle = wanderer.object.pickle(KEY);
  const [want, got] = [theirs, ours].map((each) => {
    const object = restore(each, wanderer.name, pickle);
    const said = summary(outcome(() => call(object)));
    const after = object.pickle(KEY);
    object.free();
    return { said, after };
  });
  assert.equal(got.said, want.said);
  assert.equal(got.after, want.after, "the states after it");
  return got.said;
}

const identity = (account) => JSON.parse(account.it.identity_keys()).curve25519;

function compareAccount(account) {
  both(account, (a) => [a.identity_keys(), a.one_time_keys(), a.fallback_key(), a.unpublished_fallback_key()]);
}

repeat("accounts", (random) => {
  const account = new Wanderer(random, "Account", (a) => a.create());
  for (let step = 0; step < 12; step++) {
    const it = account.it;
    const n = random.below(60);
    random.pick([
      () => it.generate_one_time_keys(n),
      () => it.mark_keys_as_published(),
      () => it.generate_fallback_key(),
      () => it.forget_old_fallback_key(),
      () => assert.equal(it.max_number_of_one_time_keys(), 100),
    ])();
    compareAccount(account);
    both(account, (a) => a.mark_keys_as_published() ?? a.one_time_keys());
    both(account, (a) => a.forget_old_fallback_key() ?? a.fallback_key());
    const text = random.text();
    const signature = both(account, (a) => a.sign(text));
    assert.equal(both(account, (a) => a.sign(new TextEncoder().encode(text))), signature);
    verify(random, JSON.parse(it.identity_keys()).ed25519, text, it.sign(text));
  }
  account.free();
});

function verify(random, key, message, signature) {
  const at = random.below(signature.length - 1); // the last character has bits that libolm does not look at
  const altered = `${signature.slice(0, at)}${signature[at] === "A" ? "B" : "A"}${signature.slice(at + 1)}`;
  for (const each of [theirs, ours]) {
    const utility = new each.Utility();
    utility.ed25519_verify(key, message, signature);
    assert.throws(() => utility.ed25519_verify(key, `${message}.`, signature), { message: "OLM.BAD_MESSAGE_MAC" });
    assert.throws(() => utility.ed25519_verify(key, message, altered), { message: "OLM.BAD_MESSAGE_MAC" });
    utility.free();
  }
}

/** Alters a text in base64, canonically, or cuts it. */
function damage(random, text) {
  if (random.chance(20)) return text.slice(0, random.below(text.length));
  const bytes = Buffer.from(text, "base64");
  bytes[random.below(bytes.length)] ^= 1 << random.below(8);
  return bytes.toString("base64").replaceAll("=", "");
}

/**
 * Gives a damaged message to both. They refuse it for the same reason, unless
 * it is one that only libolm reads: pre-key messages are not authenticated
 * outside of the message in them.
 */
function refuseDamaged(random, session, type, body) {
  const damaged = damage(random, body);
  const pickle = session.object.pickle(KEY);
  const [want, got] = [theirs, ours].map((each) => {
    const object = restore(each, "Session", pickle);
    const said = summary(outcome(() => object.decrypt(type, damaged)));
    if (each === ours && said.startsWith("OLM.")) assert.equal(object.pickle(KEY), pickle, "a refused message changes the session");
    object.free();
    return said;
  });
  if (type === 0 && want.startsWith("result") && got === "OLM.BAD_MESSAGE_MAC") return;
  assert.equal(got, want);
}

/** What a peer has sent: some of it is lost, late, or comes damaged. */
function deliver(random, session, queue) {
  const index = random.chance(70) ? 0 : random.below(queue.length);
  const [{ message, text }] = queue.splice(index, 1);
  if (random.chance(10)) return; // lost
  if (random.chance(30)) refuseDamaged(random, session, message.type, message.body);
  assert.equal(session.it.decrypt(message.type, message.body), text);
  assert.equal(both(session, (s) => s.decrypt(message.type, message.body)), "OLM.BAD_MESSAGE_MAC");
}

repeat("sessions", (random) => {
  const [alice, bob] = ["alice", "bob"].map(() => new Wanderer(random, "Account", (a) => a.create()));
  if (random.chance(30)) bob.it.generate_fallback_key();
  else bob.it.generate_one_time_keys(1 + random.below(3));
  const oneTimeKey = firstKey(bob.it.one_time_keys()) ?? firstKey(bob.it.fallback_key());

  const make = (session, create, account) => create(session, moved(account, session));
  const outbound = new Wanderer(random, "Session", (s) =>
    make(s, (session, a) => session.create_outbound(a, identity(bob), oneTimeKey), alice));
  const texts = [random.text(), random.text()];
  const [first, second] = texts.map((text) => outbound.it.encrypt(text));
  assert.deepEqual([first.type, second.type], [0, 0]);
  const inbound = new Wanderer(random, "Session", (s) =>
    make(s, (session, b) => (random.chance(50) ? session.create_inbound(b, first.body) : session.create_inbound_from(b, identity(alice), first.body)), bob));
  assert.equal(inbound.it.session_id(), outbound.it.session_id());
  both(bob, (b) => {
    const session = new (b instanceof ours.Account ? ours : theirs).Session();
    session.create_inbound(b, first.body);
    return [b.remove_one_time_keys(session), outcome(() => b.remove_one_time_keys(session)).error?.message];
  });
  for (const s of [inbound, outbound]) {
    both(s, (session) => [session.matches_inbound(first.body), session.matches_inbound_from(identity(bob), second.body)]);
  }
  assert.equal(inbound.it.decrypt(0, first.body), texts[0]);

  const mail = { toBob: [{ message: second, text: texts[1] }], toAlice: [] };
  for (let step = 0; step < 30; step++) {
    const [sender, receiver, queue] = random.pick([[outbound, inbound, mail.toBob], [inbound, outbound, mail.toAlice]]);
    if (random.chance(55)) {
      const text = random.text();
      queue.push({ message: sender.it.encrypt(text), text });
    } else if (queue.length > 0) {
      deliver(random, receiver, queue);
    }
    both(sender, (s) => [s.describe(), s.has_received_message(), s.session_id()]);
  }
  for (const each of [alice, bob, outbound, inbound]) each.free();
});

/** The object of an account, moved to the library of a session that is about to be made from it. */
function moved(account, session) {
  const home = session instanceof ours.Session ? ours : theirs;
  if (!(account.object instanceof home.Account)) {
    const pickle = account.object.pickle(KEY);
    account.object.free();
    account.object = restore(home, "Account", pickle);
  }
  return account.object;
}

repeat("descriptions of sessions with many missing messages", (random) => {
  const [alice, bob] = ["alice", "bob"].map(() => new Wanderer(random, "Account", (a) => a.create()));
  bob.it.generate_one_time_keys(1);
  const sender = new ours.Session();
  sender.create_outbound(moved(alice, sender), identity(bob), firstKey(bob.it.one_time_keys()));
  const first = sender.encrypt("");
  const receiver = new Wanderer(random, "Session", (s) => s.create_inbound(moved(bob, s), first.body));
  for (let i = 0; i < 4; i++) {
    for (let n = random.below(random.pick([10, 300])); n > 0; n--) sender.encrypt("");
    receiver.it.decrypt(0, sender.encrypt("").body);
    both(receiver, (s) => s.describe());
  }
});

repeat("group sessions", (random) => {
  const outbound = new Wanderer(random, "OutboundGroupSession", (s) => s.create());
  const inbound = [];
  const sent = [];
  for (let step = 0; step < 20; step++) {
    if (random.chance(25) || inbound.length === 0) {
      const key = outbound.it.session_key();
      inbound.push(new Wanderer(random, "InboundGroupSession", (s) => s.create(key)));
    }
    const session = random.pick(inbound);
    if (random.chance(20)) {
      const index = session.it.first_known_index() + random.below(30);
      both(session, (s) => s.export_session(index));
      const exported = session.it.export_session(index);
      inbound.push(new Wanderer(random, "InboundGroupSession", (s) => s.import_session(exported)));
    }
    const text = random.text();
    both(outbound, (s) => [s.message_index(), s.session_id(), s.session_key(), s.encrypt(text)]);
    sent.push({ index: outbound.it.message_index(), text, message: outbound.it.encrypt(text) });
    const { index, message, text: want } = random.pick(sent);
    const said = both(session, (s) => s.decrypt(message));
    const known = index >= session.it.first_known_index();
    assert.equal(said, known ? `result: ${JSON.stringify({ plaintext: want, message_index: index })}` : "OLM.UNKNOWN_MESSAGE_INDEX");
    both(session, (s) => [s.session_id(), s.first_known_index()]);
    const damaged = damage(random, message);
    both(session, (s) => s.decrypt(damaged));
  }
  for (const each of [outbound, ...inbound]) each.free();
});

repeat("public-key encryption and signing", (random) => {
  const privateKey = random.bytes(32);
  const decryption = new Wanderer(random, "PkDecryption", (d) => d.init_with_private_key(privateKey));
  const publicKey = decryption.it.init_with_private_key(privateKey);
  assert.deepEqual(decryption.it.get_private_key(), privateKey);
  const encryption = new (library(random).PkEncryption)();
  encryption.set_recipient_key(publicKey);
  for (let step = 0; step < 5; step++) {
    const text = random.text();
    const { ephemeral, mac, ciphertext } = encryption.encrypt(text);
    assert.equal(decryption.it.decrypt(ephemeral, mac, ciphertext), text);
    const damaged = damage(random, mac);
    both(decryption, (d) => d.decrypt(ephemeral, damaged, ciphertext));
  }
  const seed = new (library(random).PkSigning)().generate_seed();
  const [a, b] = [theirs, ours].map((each) => {
    const signing = new each.PkSigning();
    return { key: signing.init_with_seed(seed), sign: (text) => signing.sign(text) };
  });
  assert.equal(b.key, a.key);
  const text = random.text();
  assert.equal(b.sign(text), a.sign(text));
  verify(random, a.key, text, b.sign(text));
});

// With each SAS libolm leaves 32 bytes of its stack of 64 kB behind.
const MOST_VERIFICATIONS = 200;

repeat("short authentication strings", (random) => {
  const [alice, bob, other] = [library(random), library(random), library(random)].map((each) => new each.SAS());
  assert.equal(alice.is_their_key_set(), false);
  if (random.chance(50)) alice.set_their_key(other.get_pubkey()); // and again:
  alice.set_their_key(bob.get_pubkey());
  bob.set_their_key(alice.get_pubkey());
  assert.equal(alice.is_their_key_set(), true);
  const [info, input] = [random.text(), random.text()];
  for (const length of [0, 1, 6, 33, random.below(1000)]) {
    assert.deepEqual(alice.generate_bytes(info, length), bob.generate_bytes(info, length));
  }
  for (const mac of ["calculate_mac", "calculate_mac_fixed_base64", "calculate_mac_long_kdf"]) {
    assert.equal(alice[mac](input, info), bob[mac](new TextEncoder().encode(input), info));
  }
  for (const sas of [alice, bob, other]) sas.free();
}, MOST_VERIFICATIONS);

repeat("hashes", (random) => {
  const text = random.text();
  const [a, b] = [theirs, ours].map((each) => new each.Utility().sha256(text));
  assert.equal(b, a);
  assert.equal(new ours.Utility().sha256(new TextEncoder().encode(text)), a);
});
