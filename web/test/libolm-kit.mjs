// What the tests of mudpuppy/libolm share: both libraries, and objects that
// both can take up because they stand here as libolm's pickles.
import original from "@matrix-org/olm";
import Olm from "mudpuppy/libolm";

await original.init();
await Olm.init();

export const theirs = original;
export const ours = Olm;

export const KEY = "pickle key";

const classes = ["Account", "Session", "OutboundGroupSession", "InboundGroupSession", "PkDecryption"];

/** Makes the object of a pickle in one of the libraries. */
export function restore(library, name, pickle, key = KEY) {
  const object = new library[name]();
  object.unpickle(key, pickle);
  return object;
}

export const firstKey = (json) => Object.values(JSON.parse(json).curve25519)[0];

/** Pickles of two devices in the middle of a conversation, with messages that are still to be read. */
export function makeFixture() {
  const [alice, bob] = [new theirs.Account(), new theirs.Account()];
  alice.create();
  bob.create();
  bob.generate_one_time_keys(3);
  bob.generate_fallback_key();
  const identity = (account) => JSON.parse(account.identity_keys()).curve25519;
  const outbound = new theirs.Session();
  outbound.create_outbound(alice, identity(bob), firstKey(bob.one_time_keys()));
  const preKey = outbound.encrypt("first").body;
  const fresh = outbound.pickle(KEY);
  const inbound = new theirs.Session();
  inbound.create_inbound(bob, preKey);
  const unread = inbound.pickle(KEY);
  inbound.decrypt(0, preKey);
  const reply = inbound.encrypt("reply").body;
  outbound.decrypt(1, reply);
  const normal = outbound.encrypt("normal").body;

  const group = new theirs.OutboundGroupSession();
  group.create();
  const sessionKey = group.session_key();
  const groupPickle = group.pickle(KEY);
  const groupMessage = group.encrypt("to the room");
  const inGroup = new theirs.InboundGroupSession();
  inGroup.create(sessionKey);
  const late = new theirs.InboundGroupSession();
  late.create(group.session_key());
  const decryption = new theirs.PkDecryption();
  const publicKey = decryption.generate_key();
  const encryption = new theirs.PkEncryption();
  encryption.set_recipient_key(publicKey);

  return {
    identities: { alice: identity(alice), bob: identity(bob), ed25519: JSON.parse(alice.identity_keys()).ed25519 },
    signature: alice.sign("message"),
    preKey,
    reply,
    normal,
    sessionKey,
    exported: inGroup.export_session(0),
    groupMessage,
    publicKey,
    sealed: encryption.encrypt("backup"),
    pickles: {
      Account: bob.pickle(KEY),
      Session: inbound.pickle(KEY),
      OutboundGroupSession: groupPickle,
      InboundGroupSession: inGroup.pickle(KEY),
      PkDecryption: decryption.pickle(KEY),
      fresh,
      unread,
      late: late.pickle(KEY),
      stranger: alice.pickle(KEY),
    },
  };
}

/** The objects of a fixture, made anew at each call, of one of the libraries. */
export function kit(library, fixture) {
  const made = Object.fromEntries(
    classes.map((name) => [name, (pickle = fixture.pickles[name]) => restore(library, name, pickle)]),
  );
  return {
    ...made,
    library,
    late: () => made.InboundGroupSession(fixture.pickles.late),
    stranger: () => made.Account(fixture.pickles.stranger),
    empty: (name) => new library[name](),
  };
}

/** What came of a call. */
export function outcome(call) {
  try {
    return { result: call() };
  } catch (error) {
    return { error };
  }
}

const isCode = (error) => error?.constructor === Error && error.message.startsWith("OLM.");

/** An outcome in words that are the same for both libraries: errors that have no code are all alike. */
export function summary({ result, error }) {
  if (error !== undefined) return isCode(error) ? error.message : "another error";
  return `result: ${JSON.stringify(result instanceof Uint8Array ? [...result] : result)}`;
}
