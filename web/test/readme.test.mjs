// The lines that README.md shows do what they say.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { transformSync } from "esbuild";
import { Client, makeRoom } from "./machines/client.mjs";
import { Homeserver } from "./machines/homeserver.mjs";
import { LibolmClient } from "./machines/libolm.mjs";
import { makeRoomKeys } from "./machines/roomkeys.mjs";

const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");

test("the ten lines of README.md about Olm and Megolm", () => {
  const [, lines] = readme.match(/by themselves.*?```js\n(.*?)```/s);
  const here = fileURLToPath(new URL(".", import.meta.url));
  const output = execFileSync(process.execPath, ["--input-type=module"], { cwd: here, input: lines, encoding: "utf8" });
  assert.equal(output, "0 Hello room\n");
});

test("the ten lines of README.md about a device", async () => {
  const [, lines] = readme.match(/A device, in ten lines\n\n```ts\n(.*?)```/s);
  const server = new Homeserver();
  const bob = await Client.open(server, "@bob:example.org", "BOB");
  const alice = await Client.open(server, "@alice:example.org", "ALICE");
  const roomId = await makeRoom(alice, bob);
  await bob.say(roomId, ["@bob:example.org", "@alice:example.org"], "for Alice");
  const syncAnswer = await alice.call("GET", `sync?timeout=0&since=${alice.machine.syncToken}`);
  const [encryptedEvent] = syncAnswer.rooms.join[roomId].timeline.events.filter(({ type }) => type === "m.room.encrypted");
  await alice.machine.close();

  // As Alice's device: what stands around the lines in an application. A page has
  // IndexedDB; this is Node.
  const mudpuppy = { ...(await import("mudpuppy")), indexedDBStore: () => alice.store };
  const given = {
    ...{ mudpuppy, userId: "@alice:example.org", deviceId: "ALICE", key: Client.key, baseUrl: "https://homeserver.test" },
    ...{ accessToken: alice.token, roomId, members: ["@bob:example.org", "@alice:example.org"], syncAnswer, encryptedEvent },
  };
  const body = lines.replace(/import (\{.*?\}) from "mudpuppy";/, "const $1 = mudpuppy;") + "\nreturn { content, event, trust };";
  const source = transformSync(`async function run({ ${Object.keys(given)} }, fetch) { globalThis.fetch = fetch; ${body} }`, { loader: "ts", target: "es2022" });
  const { fetch } = globalThis;
  const { content, event, trust } = await new Function(`${source.code}; return run;`)()(given, server.fetch);
  globalThis.fetch = fetch;
  assert.equal(event.content.body, "for Alice");
  assert.deepEqual(trust, { shield: "red", reason: "unsigned_device" });
  assert.equal(content.algorithm, "m.megolm.v1.aes-sha2");
  server.close();
});

test("the ten lines of README.md about moving from libolm", async () => {
  const [, lines] = readme.match(/## Moving from libolm\n.*?```js\n(.*?)```/s);
  const server = new Homeserver();
  const device = await LibolmClient.open(server, "@alice:example.org", "ALICE");
  const bob = await LibolmClient.open(server, "@bob:example.org", "BOB");
  await device.meet(bob);
  const { pickleKey, ...kept } = device.kept();
  // A page has IndexedDB; this is Node.
  let open = true;
  const deleted = [];
  const indexedDB = { deleteDatabase: (name) => deleted.push(!open && name) };
  const openLibolmStore = async (name) => ({ ...kept, name, close: () => (open = false) });
  const mudpuppy = { ...(await import("mudpuppy")), openLibolmStore };
  const store = mudpuppy.memoryStore();
  const given = { mudpuppy, indexedDB, pickleKey, store, userId: device.userId, deviceId: device.deviceId, key: Client.key };
  const body = lines.replace(/import (\{.*?\}) from "mudpuppy";/, "const $1 = mudpuppy;") + "\nreturn machine;";
  const machine = await new Function(`return async function ({ ${Object.keys(given)} }) { ${body} }`)()(given);
  assert.deepEqual(deleted, ["matrix-js-sdk:crypto"]);
  assert.deepEqual(machine.identityKeys, device.keys);
  await machine.close();
  server.close();
});

test("the ten lines of README.md about files", async () => {
  const [, lines] = readme.match(/No machine needs to be open for it:\n\n```ts\n(.*?)```/s);
  const mudpuppy = await import("mudpuppy");
  await mudpuppy.init();
  const stored = new Map();
  const given = {
    mudpuppy,
    picture: new Blob(["a newt"]),
    onProgress() {},
    signal: new AbortController().signal,
    upload: async (data) => (stored.set("mxc://example.org/newt", data), "mxc://example.org/newt"),
    download: async (url) => new Response(stored.get(url)),
  };
  const body = lines.replace(/import (\{.*?\}) from "mudpuppy";/, "const $1 = mudpuppy;") + "\nreturn { content, blob, shown };";
  const source = transformSync(`async function run({ ${Object.keys(given)} }) { ${body} }`, { loader: "ts", target: "es2022" });
  const { content, blob, shown } = await new Function(`${source.code}; return run;`)()(given);
  URL.revokeObjectURL(shown);
  assert.equal(await blob.text(), "a newt");
  assert.notEqual(await stored.get(content.file.url).text(), "a newt");
  assert.deepEqual(Object.keys(content.file).sort(), ["hashes", "iv", "key", "url", "v"]);
});

test("the lines of README.md about room keys in a file", async () => {
  const [, lines] = readme.match(/Room keys in a file.*?```ts\n(.*?)```/s);
  const { memoryStore, OlmMachine } = await import("mudpuppy");
  const machine = await OlmMachine.open({ userId: "@alice:example.org", deviceId: "A", store: memoryStore(), unsealed: true });
  const keys = await makeRoomKeys(3);
  await machine.importRoomKeys(keys);
  const [saved, shown, warned] = [[], [], []];
  const given = {
    ...{ machine, passphrase: "x", signal: new AbortController().signal, save: (...file) => saved.push(file), show: (part) => shown.push(part) },
    chosenFile: () => new Blob([JSON.stringify([...keys, { ...keys[0], algorithm: "m.other" }])]),
    console: { warn: (line) => warned.push(line) },
  };
  // The file that is chosen is another one, in the clear, with a bad key.
  const body = lines.replace(/  passphrase,\n/, "") + "\nreturn [imported, kept];";
  const source = transformSync(`async function run({ ${Object.keys(given)} }) { ${body} }`, { loader: "ts", target: "es2022" });
  assert.deepEqual(await new Function(`${source.code}; return run;`)()(given), [0, 3]);
  assert.equal(saved[0][1], "keys.txt");
  assert.equal((await machine.importRoomKeys(saved[0][0], { passphrase: "x" })).kept, 3);
  assert.deepEqual([shown.at(-1), warned], [1, [`key 3, of ${keys[0].room_id}: ERR_ALGORITHM`]]);
  await machine.close();
});
