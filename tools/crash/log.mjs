// What a kill at the worst moment does to Chromium's databases.
//
// LevelDB appends an entry to its log in two writes: a header with checksum and
// length, and what it announces. If only the header was written, the next start
// takes no offence, and appends to the log behind it. The start after that takes
// what follows the header for its entry, whose checksum does not match, and
// Chromium discards the database (https://github.com/google/leveldb/issues/1287).
import { appendFile, readdir, stat } from "node:fs/promises";
import { join } from "node:path";

const BLOCK = 32_768; // LevelDB splits no header between two of these
const header = Buffer.from([0xde, 0xad, 0xbe, 0xef, 200, 0, 1]); // a checksum, 200 bytes, all in one piece

const numbers = new Intl.Collator("en", { numeric: true });

/** The paths of the logs that IndexedDB has in the folder of a browser that visits one site, the latest last. */
export async function logs(folder) {
	const sites = join(folder, "Default", "IndexedDB");
	const found = (await readdir(sites, { recursive: true })).filter((file) => file.endsWith(".log"));
	return found.sort(numbers.compare).map((file) => join(sites, file));
}

/** Lets the latest log end with a header alone. It must not be in use. Returns whether there was room. */
export async function tear(folder) {
	const log = (await logs(folder)).at(-1);
	const { size } = await stat(log);
	if (BLOCK - (size % BLOCK) < header.length) return false;
	await appendFile(log, header);
	return true;
}
