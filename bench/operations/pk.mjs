// Encryption to a public key, as of key backups.

import { both, equals, text } from "./common.mjs";

const plaintext = text(500);

function newPair(encryptionAPI, decryptionAPI) {
  const decryption = new decryptionAPI.PkDecryption();
  const encryption = new encryptionAPI.PkEncryption();
  encryption.set_recipient_key(decryption.generate_key());
  return { encryption, decryption };
}

const decryptWith = (decryption, { ephemeral, mac, ciphertext }) => decryption.decrypt(ephemeral, mac, ciphertext);

/** What the Rust SDK encrypts, in the shape of libolm's message. */
function rustEncrypt(encryption) {
  const message = encryption.encryptString(plaintext);
  const inBase64 = message.toBase64();
  message.free();
  const { ephemeralKey: ephemeral, mac, ciphertext } = inBase64;
  inBase64.free();
  return { ephemeral, mac, ciphertext };
}

const encrypt = {
  id: "pk-encrypt",
  title: "PkEncryption.encrypt 500 B",
  contestants: {
    ...both((api, other) => {
      const { encryption, decryption } = newPair(api, other);
      return {
        run: () => encryption.encrypt(plaintext),
        check: (message) => equals(plaintext)(decryptWith(decryption, message)),
      };
    }),
    rust({ PkDecryption, PkEncryption }) {
      const encryption = PkEncryption.fromKey(new PkDecryption().publicKey());
      return { run: () => rustEncrypt(encryption) };
    },
  },
};

const decrypt = {
  id: "pk-decrypt",
  title: "PkDecryption.decrypt 500 B",
  contestants: {
    ...both((api, other) => {
      const { encryption, decryption } = newPair(other, api);
      const message = encryption.encrypt(plaintext);
      return { run: () => decryptWith(decryption, message), check: equals(plaintext) };
    }),
    rust({ BackupDecryptionKey, Curve25519PublicKey, PkEncryption }) {
      const key = BackupDecryptionKey.createRandomKey();
      const publicKey = new Curve25519PublicKey(key.megolmV1PublicKey.publicKeyBase64);
      const { ephemeral, mac, ciphertext } = rustEncrypt(PkEncryption.fromKey(publicKey));
      return { run: () => key.decryptV1(ephemeral, mac, ciphertext), check: equals(plaintext) };
    },
  },
};

export const pk = [encrypt, decrypt];
