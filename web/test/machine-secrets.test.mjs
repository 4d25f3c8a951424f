// T9 for machines: what is secret is in Go's memory while it is needed, and not
// longer. The memory is looked through as a whole.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { connect, decryptAttachment, encryptAttachment, init, memoryStore, OlmMachine } from "mudpuppy";
import { roundKeys } from "./derive.mjs";
import { bytesForms, find } from "./forms.mjs";
import { drawn, memory, start } from "./inside.mjs";
import { Homeserver } from "./machines/homeserver.mjs";

await start({ init });
const { Client, makeRoom } = await import("./machines/client.mjs");
const server = new Homeserver();
after(() => server.close());

const someBytes = (n = 32) => Buffer.from(crypto.getRandomValues(new Uint8Array(n)));
const found = (secrets) => find(memory(), Object.fromEntries(Object.entries(secrets).map(([name, bytes]) => [name, bytesForms(Buffer.from(bytes))])));

test("T9: the key of a store, and a passphrase", async () => {
  const [raw, passphrase] = [someBytes(), someBytes(20).toString("hex")];
  for (const [name, key, bytes] of [["key", new Uint8Array(raw), raw], ["passphrase", { passphrase }, Buffer.from(passphrase)]]) {
    const machine = await OlmMachine.open({ userId: "@a:example.org", deviceId: "KEY", store: memoryStore(), key });
    assert.deepEqual(found({ [name]: bytes }), []);
    await machine.close();
    assert.deepEqual(found({ [name]: bytes }), []);
  }
});

test("T9: what is said, and read", async () => {
  const a = await Client.open(server, "@alice:example.org", "SAID");
  const b = await Client.open(server, "@bob:example.org", "SAID");
  const room = await makeRoom(a, b);
  const text = `said ${someBytes(20).toString("hex")}`;
  await a.say(room, [a.machine.userId, b.machine.userId], text);
  assert.deepEqual(found({ said: Buffer.from(text) }), []);
  await b.sync();
  assert.deepEqual(await b.read(room), [text]);
  assert.deepEqual(found({ read: Buffer.from(text) }), []);
  await Promise.all([a.machine.close(), b.machine.close()]);
});

test("T9: all that was drawn at random, when the machine is closed", async () => {
  const from = drawn.length;
  const a = await Client.open(server, "@alice:example.org", "DRAWN");
  const b = await Client.open(server, "@bob:example.org", "DRAWN");
  const room = await makeRoom(a, b);
  await a.say(room, [a.machine.userId, b.machine.userId], "hello");
  await b.sync();
  assert.deepEqual(await b.read(room), ["hello"]);
  // Keys are drawn alone or many at once; what is shorter is an IV, a salt or an id.
  const pieces = drawn.slice(from).flatMap((bytes) => Array.from({ length: bytes.length >> 5 }, (_, i) => bytes.subarray(32 * i, 32 * i + 32)));
  const secrets = Object.fromEntries(pieces.map((bytes, i) => [`${i}`, bytes]));
  assert.ok(pieces.length > 100, `only ${pieces.length} keys were drawn`);
  // Sealing draws many IVs at once, which stay in the store, one by one: no secret is
  // what is found in halves only.
  const whole = () => {
    const go = Buffer.from(memory());
    return found(secrets).filter((name) => !name.endsWith(": raw") || go.includes(secrets[name.split(":")[0]]));
  };
  assert.ok(whole().length > 0, "nothing is there even while the machines are open");
  await Promise.all([a.machine.close(), b.machine.close()]);
  assert.deepEqual(whole(), []);
});

test("T9: seeds of cross-signing keys", async () => {
  const machine = await OlmMachine.open({ userId: "@c:example.org", deviceId: "SEEDS", store: memoryStore(), key: someBytes() });
  await machine.setUpCrossSigning(true); // nobody is asked what there is
  const seeds = await machine.exportCrossSigningKeys();
  await machine.close();
  assert.deepEqual(found(seeds), []);
});

for (const hasSubtle of [true, false]) {
  test(`T9: a file, and its key, ${hasSubtle ? "with" : "without"} crypto.subtle`, async () => {
    if (!hasSubtle) Object.defineProperty(crypto, "subtle", { value: undefined, configurable: true });
    const plaintext = new Uint8Array(Buffer.concat(Array.from({ length: 5 }, () => someBytes(60_000))));
    const secrets = { begin: plaintext.subarray(0, 64), end: plaintext.subarray(-64) };
    const { data, file } = await encryptAttachment(plaintext);
    const key = Buffer.from(file.key.k, "base64url");
    const sought = { ...secrets, key };
    const forms = Object.fromEntries(Object.entries(sought).map(([name, bytes]) => [name, { ...bytesForms(Buffer.from(bytes)), ...(name === "key" && { "round keys": roundKeys(key).subarray(32) }) }]));
    assert.deepEqual(find(memory(), forms), []);
    assert.ok(Buffer.from(plaintext).equals(await decryptAttachment(data, file)));
    assert.deepEqual(find(memory(), forms), []);
    data[5] ^= 1;
    await assert.rejects(decryptAttachment(data, file), { code: "ERR_ATTACHMENT_HASH" });
    assert.deepEqual(find(memory(), forms), []);
    const controller = new AbortController();
    const from = drawn.length;
    const aborted = encryptAttachment(new Uint8Array(17 << 20), { signal: controller.signal, onProgress: () => controller.abort() });
    await assert.rejects(aborted, { code: "ERR_ABORTED" });
    const drawnKeys = drawn.slice(from).filter(({ length }) => length === 32);
    assert.ok(drawnKeys.length > 0, "no key was drawn");
    assert.deepEqual(found(Object.fromEntries(drawnKeys.map((bytes, i) => [`drawn ${i}`, bytes]))), []);
    if (!hasSubtle) delete crypto.subtle;
  });
}
