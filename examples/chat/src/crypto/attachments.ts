// Files, encrypted before they are uploaded.
import type { Content } from "../matrix/types";

const encode = (bytes: Uint8Array) => btoa(String.fromCharCode(...bytes)).replace(/=+$/, "");
const encodeURL = (bytes: Uint8Array) => encode(bytes).replaceAll("+", "-").replaceAll("/", "_");
const decode = (text: string) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));

/** Encrypts a file, and returns what to upload and what to tell those who may read it. */
export async function encryptFile(clear: Blob): Promise<{ data: Blob; file: Content }> {
  const [k, iv] = [crypto.getRandomValues(new Uint8Array(32)), new Uint8Array(16)];
  crypto.getRandomValues(iv.subarray(0, 8));
  const key = await crypto.subtle.importKey("raw", k, "AES-CTR", false, ["encrypt"]);
  const data = new Uint8Array(await crypto.subtle.encrypt({ name: "AES-CTR", counter: iv, length: 64 }, key, await clear.arrayBuffer()));
  const sha256 = encode(new Uint8Array(await crypto.subtle.digest("SHA-256", data)));
  const jwk = { kty: "oct", alg: "A256CTR", ext: true, key_ops: ["encrypt", "decrypt"], k: encodeURL(k) };
  return { data: new Blob([data]), file: { v: "v2", key: jwk, iv: encode(iv), hashes: { sha256 } } };
}

/** Decrypts what was downloaded. It throws if that is not what was uploaded. */
export async function decryptFile(blob: Blob, file: Content): Promise<Blob> {
  const data = await blob.arrayBuffer();
  const { key: jwk, iv, hashes } = file as unknown as { key: { k: string }; iv: string; hashes: { sha256: string } };
  const hash = encode(new Uint8Array(await crypto.subtle.digest("SHA-256", data)));
  if (hash !== hashes.sha256.replace(/=+$/, "")) throw new Error("This is not the file that was sent.");
  const key = await crypto.subtle.importKey("raw", decode(jwk.k), "AES-CTR", false, ["decrypt"]);
  return new Blob([await crypto.subtle.decrypt({ name: "AES-CTR", counter: decode(iv), length: 64 }, key, data)]);
}
