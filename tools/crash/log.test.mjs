import assert from "node:assert/strict";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { logs, tear } from "./log.mjs";

async function folderWith(t, files) {
	const folder = await mkdtemp(join(tmpdir(), "mudpuppy-logs-"));
	t.after(() => rm(folder, { recursive: true }));
	const site = join(folder, "Default", "IndexedDB", "http_site.indexeddb.leveldb");
	await mkdir(site, { recursive: true });
	for (const [name, size] of Object.entries(files)) await writeFile(join(site, name), Buffer.alloc(size));
	return { folder, read: (name) => readFile(join(site, name)) };
}

test("the latest log gets a header, and nothing else is changed", async (t) => {
	const { folder, read } = await folderWith(t, { "000009.log": 5, "000010.log": 32_768 + 100, "1000000.log": 32_761, LOG: 9, "000011.ldb": 9 });
	assert.deepEqual((await logs(folder)).map((path) => path.slice(-10)), ["000009.log", "000010.log", "000000.log"]);
	assert.equal(await tear(folder), true);
	const torn = await read("1000000.log");
	assert.equal(torn.length, 32_768);
	assert.equal(torn.readUInt16LE(32_761 + 4), 200);
	assert.equal((await read("000010.log")).length, 32_868);
	assert.equal((await read("LOG")).length, 9);
});

test("where there is no room for a header, nothing is changed", async (t) => {
	const { folder, read } = await folderWith(t, { "000003.log": 32_762 });
	assert.equal(await tear(folder), false);
	assert.equal((await read("000003.log")).length, 32_762);
});
