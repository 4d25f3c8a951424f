// Files, encrypted before they are uploaded and decrypted after they were downloaded.
import { decryptAttachment, encryptAttachment } from "mudpuppy";
import type { Content } from "../matrix/types";

/** Encrypts a file, and returns what to upload and what to tell those who may read it. */
export async function encryptFile(clear: Blob): Promise<{ data: Blob; file: Content }> {
  const { data, file } = await encryptAttachment(clear);
  return { data, file: { ...file } };
}

/** Decrypts what was downloaded. It throws if that is not what was uploaded. */
export async function decryptFile(data: Blob, file: Content): Promise<Blob> {
  return decryptAttachment(data, file);
}
