// Files, encrypted before they are uploaded and decrypted after they were downloaded.
import { decryptAttachment, encryptAttachment, init } from "mudpuppy";
import type { Content } from "../matrix/types";

/** Encrypts a file, and returns what to upload and what to tell those who may read it. */
export async function encryptFile(clear: Blob): Promise<{ data: Blob; file: Content }> {
  await init(); // files are dealt with here, and not in the worker of the machine
  const { data, file } = await encryptAttachment(clear);
  return { data, file: { ...file } };
}

/** Decrypts what was downloaded. It throws if that is not what was uploaded. */
export async function decryptFile(data: Blob, file: Content): Promise<Blob> {
  await init();
  return decryptAttachment(data, file);
}
