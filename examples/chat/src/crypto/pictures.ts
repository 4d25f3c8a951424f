// Files of messages, downloaded and decrypted, as addresses for the page.
import { download } from "../matrix/media";
import type { Http } from "../matrix/http";
import { type Content, objectIn, textIn } from "../matrix/types";
import { decryptFile } from "./attachments";

/** Kinds of pictures that cannot run anything. */
const pictures = new Set(["image/png", "image/jpeg", "image/gif", "image/webp", "image/avif"]);

export const isPicture = (type: string) => pictures.has(type);

const MOST = 60;
const addresses = new Map<string, Promise<string>>();

/** The address under which the page finds the file of a message. */
export function fileAddress(http: Http, content: Content): Promise<string> {
  const file = objectIn(content, "file");
  const url = textIn(file, "url") ?? textIn(content, "url") ?? "";
  const known = addresses.get(url);
  if (known) return known;
  const loading = load(http, url, file, textIn(objectIn(content, "info"), "mimetype") ?? "");
  addresses.set(url, loading);
  loading.catch(() => addresses.delete(url));
  if (addresses.size > MOST) forgetOldest();
  return loading;
}

async function load(http: Http, url: string, file: Content | undefined, type: string): Promise<string> {
  const downloaded = await download(http, url);
  const clear = file ? await decryptFile(downloaded, file) : downloaded;
  // Of all other types, the browser shall do nothing but save them.
  return URL.createObjectURL(new Blob([clear], { type: isPicture(type) ? type : "application/octet-stream" }));
}

function forgetOldest(): void {
  const [url, address] = addresses.entries().next().value ?? [];
  if (!url) return;
  addresses.delete(url);
  void address?.then((found) => URL.revokeObjectURL(found)).catch(() => {});
}
