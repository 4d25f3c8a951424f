// Files exchanged with the Rust SDK, both ways, with the platform's encryption and
// without it.
import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { before, describe, test } from "node:test";
import { decryptAttachment, encryptAttachment, encryptAttachmentStream, init } from "mudpuppy";

// Of the folder that holds what Mudpuppy is tested against.
const rust = createRequire(new URL("../../interop/package.json", import.meta.url))("@matrix-org/matrix-sdk-crypto-wasm");

const lengths = [0, 1, 15, 16, 17, 1000, 1 << 16, (1 << 18) + 1, (1 << 20) + 7];
const bytes = (length) => Uint8Array.from({ length }, (_, i) => (i * 7 + (i >> 8)) & 255);

/** Has the Rust SDK decrypt a file. */
function decryptByRust(data, file) {
  const encrypted = new rust.EncryptedAttachment(data, JSON.stringify({ ...file, url: "mxc://example.org/file" }));
  return rust.Attachment.decrypt(encrypted);
}

for (const hasSubtle of [true, false]) {
  describe(`files and the Rust SDK, ${hasSubtle ? "with" : "without"} crypto.subtle`, () => {
    before(async () => {
      if (!hasSubtle) Object.defineProperty(crypto, "subtle", { value: undefined });
      await init();
      await rust.initAsync();
    });

    test("it reads what Mudpuppy encrypts", async () => {
      for (const length of lengths) {
        const plaintext = bytes(length);
        const { data, file } = await encryptAttachment(plaintext);
        assert.ok(Buffer.from(plaintext).equals(decryptByRust(data, file)), `${length} bytes`);
        const streamed = encryptAttachmentStream(new Blob([plaintext]).stream());
        const ciphertext = new Uint8Array(await new Response(streamed.data).arrayBuffer());
        assert.ok(Buffer.from(plaintext).equals(decryptByRust(ciphertext, await streamed.file)), `${length} bytes, streamed`);
      }
    });

    test("Mudpuppy reads what it encrypts", async () => {
      for (const length of lengths) {
        const plaintext = bytes(length);
        const encrypted = rust.Attachment.encrypt(plaintext);
        const file = JSON.parse(encrypted.mediaEncryptionInfo);
        const data = encrypted.encryptedData;
        assert.ok(Buffer.from(plaintext).equals(await decryptAttachment(data, file)), `${length} bytes`);
        const blob = await decryptAttachment(new Blob([data]), file);
        assert.ok(Buffer.from(plaintext).equals(Buffer.from(await blob.arrayBuffer())), `${length} bytes, as a blob`);
      }
    });

    test("T35: neither reads what the other encrypted if it was changed", async () => {
      const { data, file } = await encryptAttachment(bytes(100));
      const encrypted = rust.Attachment.encrypt(bytes(100));
      const [theirs, theirFile] = [encrypted.encryptedData, JSON.parse(encrypted.mediaEncryptionInfo)];
      for (const at of [0, 50, 99]) {
        const changed = (from) => from.map((byte, i) => (i === at ? byte ^ 4 : byte));
        assert.throws(() => decryptByRust(changed(data), file));
        await assert.rejects(decryptAttachment(changed(theirs), theirFile), { code: "ERR_ATTACHMENT_HASH" });
      }
    });
  });
}
