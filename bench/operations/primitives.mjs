// X25519, Ed25519 and SHA-256. libolm shows them by SAS, PkDecryption,
// PkSigning and Utility, in strings of base64; libsodium and noble are given
// bytes, which is less work. libsodium-wrappers has no SHA-256.

import { both, bytes, equals, hasLength, size, sizeId, text } from "./common.mjs";

const KEY = 43; // the length of 32 bytes in base64
const SIGNATURE = 86;

const seed = bytes(32);
const message = text(200);
const messageBytes = bytes(200);

const x25519 = {
  id: "x25519",
  title: "X25519",
  cold: true,
  contestants: {
    ...both((api, other) => {
      const theirs = new other.SAS();
      const theirKey = theirs.get_pubkey();
      // Mudpuppy lets the key be set once. libolm lets it be set again and again,
      // and leaks some of its stack for each SAS, so that two thousand crash it.
      const one = api.SAS.keyIsSetOnce ? undefined : new api.SAS();
      let sides = [];
      return {
        prepare(count) {
          if (!one) for (const side of sides) side.free();
          sides = Array.from({ length: count }, () => one ?? new api.SAS());
        },
        run: (i) => sides[i].set_their_key(theirKey),
        check() {
          theirs.set_their_key(sides[0].get_pubkey());
          const shared = (side) => side.generate_bytes("check", 32).join();
          equals(shared(theirs))(shared(sides[0]));
        },
      };
    }),
    libsodium(sodium) {
      const { privateKey } = sodium.crypto_box_keypair();
      const { publicKey } = sodium.crypto_box_keypair();
      return { run: () => sodium.crypto_scalarmult(privateKey, publicKey) };
    },
    noble({ x25519 }) {
      const { secretKey } = x25519.keygen();
      const { publicKey } = x25519.keygen();
      return { run: () => x25519.getSharedSecret(secretKey, publicKey) };
    },
  },
};

const x25519Key = {
  id: "x25519-key",
  title: "X25519 key generation",
  contestants: {
    ...both((api) => {
      const decryption = new api.PkDecryption();
      return { run: () => decryption.generate_key(), check: hasLength(KEY) };
    }),
    libsodium: (sodium) => ({ run: () => sodium.crypto_box_keypair() }),
    noble: ({ x25519 }) => ({ run: () => x25519.keygen() }),
    rust: ({ PkDecryption }) => ({
      run() {
        const decryption = new PkDecryption();
        const publicKey = decryption.publicKey();
        const result = publicKey.toBase64();
        publicKey.free();
        decryption.free();
        return result;
      },
      check: hasLength(KEY),
    }),
  },
};

const ed25519Key = {
  id: "ed25519-key",
  title: "Ed25519 key generation",
  contestants: {
    ...both((api, other) => {
      const signing = new api.PkSigning();
      const expected = new other.PkSigning().init_with_seed(seed);
      return { run: () => signing.init_with_seed(seed), check: equals(expected) };
    }),
    libsodium: (sodium) => ({ run: () => sodium.crypto_sign_seed_keypair(seed) }),
    noble: ({ ed25519 }) => ({ run: () => ed25519.getPublicKey(seed) }),
  },
};

const sign = {
  id: "sign",
  title: "Ed25519 sign 200 B",
  cold: true,
  contestants: {
    ...both((api, other) => {
      const signing = new api.PkSigning();
      signing.init_with_seed(seed);
      const judge = new other.PkSigning();
      judge.init_with_seed(seed);
      return { run: () => signing.sign(message), check: equals(judge.sign(message)) };
    }),
    libsodium(sodium) {
      const { privateKey } = sodium.crypto_sign_seed_keypair(seed);
      return { run: () => sodium.crypto_sign_detached(messageBytes, privateKey) };
    },
    noble: ({ ed25519 }) => ({ run: () => ed25519.sign(messageBytes, seed), check: hasLength(64) }),
  },
};

const verify = {
  id: "verify",
  title: "Ed25519 verify 200 B",
  cold: true,
  contestants: {
    ...both((api, other) => {
      const signing = new other.PkSigning();
      const key = signing.init_with_seed(seed);
      const signature = signing.sign(message);
      hasLength(SIGNATURE)(signature);
      const utility = new api.Utility();
      return { run: () => utility.ed25519_verify(key, message, signature) }; // throws if it does not hold
    }),
    libsodium(sodium) {
      const { privateKey, publicKey } = sodium.crypto_sign_seed_keypair(seed);
      const signature = sodium.crypto_sign_detached(messageBytes, privateKey);
      return {
        run: () => sodium.crypto_sign_verify_detached(signature, messageBytes, publicKey),
        check: equals(true),
      };
    },
    noble({ ed25519 }) {
      const publicKey = ed25519.getPublicKey(seed);
      const signature = ed25519.sign(messageBytes, seed);
      return { run: () => ed25519.verify(signature, messageBytes, publicKey), check: equals(true) };
    },
  },
};

function sha256(n) {
  const input = text(n);
  const inputBytes = bytes(n);
  return {
    id: `sha256-${sizeId(n)}`,
    title: `SHA-256 ${size(n)}`,
    contestants: {
      ...both((api, other) => {
        const utility = new api.Utility();
        return { run: () => utility.sha256(input), check: equals(new other.Utility().sha256(input)) };
      }),
      noble: ({ sha256 }) => ({ run: () => sha256(inputBytes) }),
    },
  };
}

export const primitives = [
  x25519, x25519Key, ed25519Key, sign, verify,
  ...[64, 1 << 10, 32 << 10].map(sha256),
];
