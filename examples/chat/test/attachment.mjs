// Encrypted files as others make and read them: with the platform's own ciphers, and
// nothing of Mudpuppy's.
// https://spec.matrix.org/latest/client-server-api/#sending-encrypted-attachments
import { createCipheriv, createDecipheriv, createHash, randomBytes } from "node:crypto";

const unpadded = (bytes) => bytes.toString("base64").replace(/=+$/, "");

export function encrypt(clear) {
  const key = randomBytes(32);
  const iv = Buffer.concat([randomBytes(8), Buffer.alloc(8)]);
  const data = createCipheriv("aes-256-ctr", key, iv).update(clear);
  const jwk = { kty: "oct", key_ops: ["encrypt", "decrypt"], alg: "A256CTR", k: key.toString("base64url"), ext: true };
  return { data, file: { v: "v2", key: jwk, iv: unpadded(iv), hashes: { sha256: unpadded(createHash("sha256").update(data).digest()) } } };
}

export function decrypt(data, { key, iv, hashes }) {
  if (unpadded(createHash("sha256").update(data).digest()) !== hashes.sha256) throw new Error("another hash");
  return createDecipheriv("aes-256-ctr", Buffer.from(key.k, "base64url"), Buffer.from(iv, "base64")).update(data);
}
