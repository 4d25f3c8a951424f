// Looking for texts in everything that a homeserver has stored.
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";

/** All the ways in which a text may stand in a file. */
export function disguises(text) {
  const utf8 = Buffer.from(text);
  const utf16 = Buffer.from(text, "utf16le");
  return [utf8, utf16, Buffer.from(utf16).swap16(), ...[utf8, utf16].flatMap(inBase64)];
}

/** A text in the middle of base64 begins at one of three places of a group. What its neighbours have a part in is cut off. */
function inBase64(bytes) {
  return [0, 1, 2].map((offset) => {
    const encoded = Buffer.concat([Buffer.alloc(offset), bytes]).toString("base64").replace(/=+$/, "");
    const first = offset === 0 ? 0 : offset + 1;
    const end = (offset + bytes.length) % 3 === 0 ? encoded.length : encoded.length - 1;
    return Buffer.from(encoded.slice(first, end));
  });
}

/** The files below a folder that hold a text, in whatever disguise. */
export async function filesWith(folder, text) {
  const patterns = disguises(text);
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const found = [];
  for (const entry of entries.filter((entry) => entry.isFile())) {
    const path = join(entry.parentPath ?? entry.path, entry.name);
    const content = await readFile(path);
    if (patterns.some((pattern) => content.includes(pattern))) found.push(path);
  }
  return found;
}

/** How many files there are, and how many bytes. */
export async function extent(folder) {
  const entries = (await readdir(folder, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile());
  const contents = await Promise.all(entries.map((entry) => readFile(join(entry.parentPath ?? entry.path, entry.name))));
  return { files: entries.length, bytes: contents.reduce((sum, { length }) => sum + length, 0) };
}
