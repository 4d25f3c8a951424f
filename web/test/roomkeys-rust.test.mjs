// Files with room keys that go to the crypto module of matrix-js-sdk and come from it.
import assert from "node:assert/strict";
import { before, test } from "node:test";
import { init, memoryStore, OlmMachine } from "mudpuppy";
import { makeRoomKeys } from "./machines/roomkeys.mjs";

const rust = await import("../../interop/node_modules/@matrix-org/matrix-sdk-crypto-wasm/node.mjs").catch(() => undefined);
const options = { skip: rust ? false : "@matrix-org/matrix-sdk-crypto-wasm is not installed: npm ci --prefix interop" };

const passphrase = "é🐟 correct horse";
const open = (userId) => OlmMachine.open({ userId, deviceId: "A", store: memoryStore(), unsealed: true });
const openTheirs = (userId) => rust.OlmMachine.initialize(new rust.UserId(userId), new rust.DeviceId("A"));
const essence = (keys) => Object.fromEntries(keys.map(({ session_id, session_key, room_id, sender_key, sender_claimed_keys, ...rest }) => {
  const isShared = Boolean(rest.shared_history ?? rest["m.shared_history"]); // by another name with them
  return [session_id, { session_key, room_id, sender_key, sender_claimed_keys, isShared }];
}));

let keys;
before(async () => {
  await init();
  await rust?.initAsync();
  keys = (await makeRoomKeys(200)).map((key, i) => ({ ...key, shared_history: i % 2 === 0 }));
});

test("what they export is imported here", options, async () => {
  const theirs = await openTheirs("@theirs:example.org");
  await theirs.importExportedRoomKeys(JSON.stringify(keys.map((key) => ({ ...key, "m.shared_history": key.shared_history }))), () => {});
  const json = await theirs.exportRoomKeys(() => true);
  const file = rust.OlmMachine.encryptExportedRoomKeys(json, passphrase, 1000);
  for (const [source, given] of [[json, {}], [JSON.parse(json), {}], [file, { passphrase }]]) {
    const ours = await open("@ours:example.org");
    assert.deepEqual(await ours.importRoomKeys(source, given), { imported: 200, kept: 0, failed: [], total: 200 });
    const exported = JSON.parse(await (await ours.exportRoomKeys({ unencrypted: true })).text());
    assert.deepEqual(essence(exported), essence(keys));
    await ours.close();
  }
  theirs.close();
});

test("what is exported here is imported by them", options, async () => {
  const ours = await open("@ours:example.org");
  await ours.importRoomKeys(keys);
  const file = await (await ours.exportRoomKeys({ passphrase, rounds: 1000 })).text();
  const json = await (await ours.exportRoomKeys({ unencrypted: true })).text();
  assert.deepEqual(essence(JSON.parse(rust.OlmMachine.decryptExportedRoomKeys(file, passphrase))), essence(keys));
  const theirs = await openTheirs("@theirs:example.org");
  const { importedCount, totalCount } = await theirs.importExportedRoomKeys(json, () => {});
  assert.deepEqual([importedCount, totalCount], [200, 200]);
  assert.deepEqual(essence(JSON.parse(await theirs.exportRoomKeys(() => true))), essence(keys));
  theirs.close();
  await ours.close();
});
