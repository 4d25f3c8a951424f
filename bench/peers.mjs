// The contestants. Each loads on demand, so that a cold measurement starts with
// nothing but the contestant it is about.
//
// Where their wasm lies differs between Node and a page, which is what platform
// is for: see engines/child.mjs and engines/page.mjs.

/** What loads each contestant, by name; each resolves to its API. */
export const peers = {
  async mudpuppy() {
    const mudpuppy = await import("./mudpuppy.mjs");
    await mudpuppy.init();
    return mudpuppy;
  },

  /** The functions that measure the bridge: see probe/. */
  async probe(platform) {
    const probe = await import("../dist/bench/probe.mjs");
    await probe.init(await platform.probe());
    return probe;
  },

  async libolm(platform) {
    const { default: olm } = await import("@matrix-org/olm");
    await olm.init(platform.libolmOptions);
    // Mudpuppy decrypts the message from which it makes a session, so the same
    // is asked of libolm.
    class Session extends olm.Session {
      create_inbound_from(account, identityKey, body) {
        super.create_inbound_from(account, identityKey, body);
        return this.decrypt(0, body);
      }
    }
    const { Account, InboundGroupSession, OutboundGroupSession } = olm;
    const { PkDecryption, PkEncryption, PkSigning, SAS, Utility } = olm;
    return {
      Account, InboundGroupSession, OutboundGroupSession, Session,
      PkDecryption, PkEncryption, PkSigning, SAS, Utility,
    };
  },

  async libsodium() {
    const { default: sodium } = await import("libsodium-wrappers");
    await sodium.ready;
    return sodium;
  },

  async noble() {
    const { ed25519, x25519 } = await import("@noble/curves/ed25519.js");
    const { sha256 } = await import("@noble/hashes/sha2.js");
    return { ed25519, x25519, sha256 };
  },

  async rust(platform) {
    const rust = await import("@matrix-org/matrix-sdk-crypto-wasm");
    await rust.initAsync(platform.rustURL);
    return rust;
  },
};

/** What makes an account, the first thing that every user needs, from the API of a contestant. */
export const firstAccount = {
  mudpuppy: ({ Account }) => new Account().create(),
  libolm: ({ Account }) => new Account().create(),
  rust: ({ DeviceId, OlmMachine, UserId }) =>
    OlmMachine.initialize(new UserId("@alice:example.org"), new DeviceId("DEVICE")),
};

/** What is measured of them: loading, starting and making that account, with nothing cached and once more. */
export const loads = [
  { id: "load-cold", title: "First load" },
  { id: "load-warm", title: "Second load" },
];

/** How the contestants are called where people read it. */
export const titles = {
  mudpuppy: "Mudpuppy",
  probe: "within Go",
  libolm: "libolm",
  libsodium: "libsodium",
  noble: "noble",
  rust: "Rust SDK",
  login: "the chat, to its login page",
  chat: "the chat, to the first message",
};

/** The npm packages of the contestants, whose versions are reported. */
export const packages = {
  libolm: ["@matrix-org/olm"],
  libsodium: ["libsodium-wrappers"],
  noble: ["@noble/curves", "@noble/hashes"],
  rust: ["@matrix-org/matrix-sdk-crypto-wasm"],
};

/**
 * Mudpuppy and libolm have the same API. Each decrypts what the other has
 * encrypted: they are so shown to agree, and preparing a measurement does not
 * warm up what is measured.
 */
export const opponent = { mudpuppy: "libolm", libolm: "mudpuppy" };
