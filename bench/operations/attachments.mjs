// Encrypted files, from bytes to bytes. Both contestants draw a key, encrypt and hash, or
// parse the description, hash and decrypt.

import { hasLength, size, sizeId } from "./common.mjs";

const MiB = 1 << 20;

/** The sizes, and in how many rounds they are measured where a run takes long. */
const SIZES = [[64 << 10], [MiB], [16 * MiB, 5]];

const file = (length) => new Uint8Array(length).map((_, i) => i);

/** Mudpuppy's main entry, of which the others measure nothing. */
async function load() {
  const mudpuppy = await import("mudpuppy");
  await mudpuppy.init();
  return mudpuppy;
}

function encryptByRust({ Attachment }, plaintext) {
  const encrypted = Attachment.encrypt(plaintext);
  const result = { data: encrypted.encryptedData, description: encrypted.mediaEncryptionInfo };
  encrypted.free();
  return result;
}

/** What has encrypted a file is right if the other can read it. */
const encrypt = (length, rounds) => ({
  id: `attachment-encrypt-${sizeId(length)}`,
  title: `File of ${size(length)}, encrypt`,
  rounds,
  contestants: {
    async mudpuppy() {
      const { encryptAttachment } = await load();
      const plaintext = file(length);
      return { isAsync: true, run: () => encryptAttachment(plaintext), check: ({ data }) => hasLength(length)(data) };
    },
    rust(rust) {
      const plaintext = file(length);
      return { run: () => encryptByRust(rust, plaintext), check: ({ data }) => hasLength(length)(data) };
    },
  },
});

/** Each decrypts what Mudpuppy has encrypted. */
const decrypt = (length, rounds) => ({
  id: `attachment-decrypt-${sizeId(length)}`,
  title: `File of ${size(length)}, decrypt`,
  rounds,
  contestants: {
    async mudpuppy() {
      const { decryptAttachment, encryptAttachment } = await load();
      const { data, file: description } = await encryptAttachment(file(length));
      return { isAsync: true, run: () => decryptAttachment(data, description), check: isFile(length) };
    },
    async rust({ Attachment, EncryptedAttachment }) {
      const { encryptAttachment } = await load();
      const { data, file: description } = await encryptAttachment(file(length));
      const text = JSON.stringify({ ...description, url: "mxc://example.org/file" });
      return { run: () => Attachment.decrypt(new EncryptedAttachment(data, text)), check: isFile(length) };
    },
  },
});

const isFile = (length) => (result) => {
  hasLength(length)(result);
  if (!result.every((byte, i) => byte === (i & 255))) throw new Error("wrong result");
};

export const attachments = SIZES.flatMap(([length, rounds]) => [encrypt(length, rounds), decrypt(length, rounds)]);
