// What must compile of the main entry, and, marked as an error expected, what must not.
import {
  type AttachmentOptions,
  connect,
  type Connection,
  decryptAttachment,
  DecryptError,
  encryptAttachment,
  encryptAttachmentStream,
  type EncryptedFile,
  type ErrorCode,
  indexedDBStore,
  init,
  memoryStore,
  type LibolmSession,
  type MachineOptions,
  migrateFromLibolm,
  MudpuppyError,
  OlmMachine,
  type OutgoingRequest,
  PolicyError,
  RequestError,
  verifyStore,
} from "mudpuppy";
import * as inline from "mudpuppy/inline";
import type { Store } from "mudpuppy/store";

await init({ url: "https://example.org/mudpuppy.wasm" });
await inline.init();

const options: MachineOptions = { userId: "@a:b", deviceId: "D", store: indexedDBStore("a"), key: new Uint8Array(32), logger: console };
await using machine = await OlmMachine.open(options);
await OlmMachine.open({ ...options, store: memoryStore(), key: { passphrase: "text" }, wait: true, signal: AbortSignal.timeout(1) });
declare const own: Store;
await OlmMachine.open({ userId: "@a:b", deviceId: "D", store: own, unsealed: true, clock: Date.now, policy: "all_devices" });

machine.addEventListener("roomKeys", ({ type, detail }) => {
  const name: "roomKeys" = type;
  const ids: string[] = detail.sessionIds;
  // @ts-expect-error: it is another event that tells of users
  detail.userIds;
  return name + ids.join();
});
machine.addEventListener("storeLost", ({ detail }) => detail.error.code satisfies ErrorCode);
// @ts-expect-error: roles are known
machine.addEventListener("role", ({ detail }) => detail.role === "king");

const connection: Connection = connect(machine, { baseUrl: new URL("https://b"), accessToken: async () => "t", authenticate: (c) => ({ session: c["session"] }) });
await connection.pump();
const { event, trust } = await machine.decrypt("!r:b", { type: "m.room.encrypted" });
if (trust.shield === "red" && trust.reason === "blocked_device") console.log(event.type, event["sender"]);
const requests: OutgoingRequest[] = await machine.outgoingRequests();
const kind: "keys_upload" | "keys_query" | "keys_claim" | "to_device" | "signing_upload" | "signatures_upload" = requests[0]!.kind;
const { ready, waiting } = await machine.shareRoomKey("!r:b", new Set(["@a:b"]));
if (!ready && waiting === "sessions") await machine.trackUsers([kind]);
for (const { displayName, verified } of await machine.devices("@a:b")) if (verified) displayName?.trim();
const { intact } = (await verifyStore({ store: memoryStore(), key: new Uint8Array(32) })).tables[0]!;
await machine.setRoomSettings("!r:b", { sharedHistory: intact });
try {
  await connection.encrypt("!r:b", [], "t", {});
} catch (error) {
  if (error instanceof DecryptError) error.withheld?.code.trim();
  if (error instanceof PolicyError) error.devices[0]?.deviceId.trim();
  if (error instanceof RequestError) error.status.toFixed();
  if (error instanceof MudpuppyError && error.code === "ERR_STORE_BUSY") throw error.cause;
}

async function* sessions(): AsyncGenerator<LibolmSession> {
  yield { deviceKey: "", session: "" };
}
const kept = { account: "", pickleKey: "DEFAULT_KEY", sessions: sessions(), groupSessions: [], rooms: new Map([["!r:b", { algorithm: "" }]]) };
const { groupSessions, failures } = await migrateFromLibolm({ ...options, ...kept, users: new Set(["@c:d"]), worker: true });
if (groupSessions.failed > 0) failures[0]!.code satisfies ErrorCode;

// @ts-expect-error: the pickle is missing
await migrateFromLibolm({ ...options, ...kept, sessions: [{ deviceKey: "" }] });
// @ts-expect-error: a machine is opened
new OlmMachine();
// @ts-expect-error: the store is missing
await OlmMachine.open({ userId: "@a:b", deviceId: "D", key: new Uint8Array(32) });
// @ts-expect-error: a key is no text
await OlmMachine.open({ ...options, key: "key" });
// @ts-expect-error: content must be given
await machine.encrypt("!r:b", "m.room.message");
// @ts-expect-error: the members are a list
await machine.shareRoomKey("!r:b", 5);
// @ts-expect-error: there is no such policy
await machine.setRoomSettings("!r:b", { policy: "everybody" });
// @ts-expect-error: what is inside is nobody's business
await machine._close();
// @ts-expect-error: it may be unknown
(await machine.shareRoomKey("!r:b", [])).sessionId.trim();
// @ts-expect-error: the list of codes is closed
const unknown: ErrorCode = "ERR_WHATEVER";
export { unknown };

const watched: AttachmentOptions = { onProgress: (done, total) => done / (total ?? done), signal: AbortSignal.timeout(1), logger: console };
const { data: blob, file } = await encryptAttachment(new Blob(["text"]), watched);
const message = { body: "text", file: { ...(file satisfies EncryptedFile), url: "mxc://example.org/x" } };
const clear: Blob = await decryptAttachment(blob, message.file, { maxBytes: 1 << 20, ...watched });
const { data: bytes } = await encryptAttachment(new Uint8Array(5), { worker: true, init: { url: "/x.wasm" } });
const again: Uint8Array = await decryptAttachment(bytes.buffer, file);
const streamed: { data: ReadableStream<Uint8Array>; file: Promise<EncryptedFile> } = encryptAttachmentStream(clear.stream());
const read: Blob = await decryptAttachment(streamed.data, await streamed.file);
// @ts-expect-error: a text is no file
await encryptAttachment("text");
// @ts-expect-error: bytes come back as bytes
const wrong: Blob = await decryptAttachment(again, file);
void [read, wrong];
