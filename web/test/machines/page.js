// What the tests of machines in browsers call, as window.machines.
import { decryptAttachment, deleteIndexedDBStore, encryptAttachment, indexedDBStore, migrateFromLibolm, OlmMachine, openLibolmStore, verifyStore } from "/mudpuppy/dist/mudpuppy.browser.js";
import { Client, key, makeRoom } from "./client.mjs";

const server = {
  fetch: (url, options) => fetch(String(url).replace("https://homeserver.test", ""), options),
  login: (user, device) => fetch("/login", { method: "POST", body: JSON.stringify({ login: true, user, device }) }),
};
const open = (name) => Client.open(server, `@${name}:example.org`, "BROWSER", { store: indexedDBStore(name) });
const members = ["@alice:example.org", "@bob:example.org"];
const codeOf = (promise) => promise.then(() => "", (error) => error.code ?? String(error));

window.machines = {
  /** Two who have never talked, in a room of theirs, of which one says something. */
  async begin() {
    const [alice, bob] = [await open("alice"), await open("bob")];
    const room = await makeRoom(alice, bob);
    await alice.say(room, members, "before the page was reloaded");
    await bob.sync();
    localStorage.setItem("room", room);
    localStorage.setItem("events", JSON.stringify(bob.rooms.get(room)));
    return [await bob.read(room), await alice.machine.persistence];
  },

  /** The two after the page was reloaded: nobody has closed their machines. */
  async goOn() {
    const [alice, bob] = [await open("alice"), await open("bob")];
    const room = localStorage.getItem("room");
    bob.rooms.set(room, JSON.parse(localStorage.getItem("events")));
    await alice.say(room, members, "and after it");
    await bob.sync();
    const read = await bob.read(room);
    await Promise.all([alice.machine.close(), bob.machine.close()]);
    const { broken, tables } = await verifyStore({ ...Client.hosting, store: indexedDBStore("bob"), key });
    return [read, broken.length, tables.every(({ intact }) => intact)];
  },

  /** One store for several who want it. */
  async share() {
    const roles = [];
    const options = { ...Client.hosting, userId: "@carol:example.org", deviceId: "X", store: indexedDBStore("shared"), key };
    const first = await OlmMachine.open({ ...options, onRole: (role) => roles.push(`first ${role}`) });
    const busy = await codeOf(OlmMachine.open(options));
    const controller = new AbortController();
    const impatient = codeOf(OlmMachine.open({ ...options, wait: true, signal: controller.signal }));
    const waiting = OlmMachine.open({ ...options, wait: true, onRole: (role) => roles.push(`second ${role}`) });
    await new Promise((resolve) => setTimeout(resolve, 300));
    controller.abort();
    const aborted = await impatient;
    await first.close();
    const second = await waiting;
    const robbed = new Promise((resolve) => second.addEventListener("role", ({ detail }) => resolve(detail.role)));
    await navigator.locks.request("mudpuppy:shared", { steal: true }, () => {});
    await robbed; // and onRole has heard of it
    const closed = await codeOf(second.trackUsers(["@dave:example.org"]));
    second.free();
    const third = await OlmMachine.open(options);
    await third.close();
    await deleteIndexedDBStore("shared", Client.hosting);
    return { roles, busy, aborted, closed, left: (await indexedDB.databases()).some(({ name }) => name === "shared") };
  },

  /** Files, short ones and long ones, there and back. */
  async files() {
    const lengths = [];
    for (const length of [10, 100_000, 12 << 20]) {
      const { data, file } = await encryptAttachment(new Blob([new Uint8Array(length).fill(5)]), Client.hosting);
      const bytes = new Uint8Array(await (await decryptAttachment(data, file, Client.hosting)).arrayBuffer());
      if (bytes.every((byte) => byte === 5)) lengths.push(bytes.length);
    }
    return lengths;
  },

  /** Room keys, into a machine, out of it as a file, and into another one. */
  async roomKeys(keys) {
    const [one, other] = [await open("carol"), await open("dave")];
    const { imported } = await one.machine.importRoomKeys(keys);
    const file = await one.machine.exportRoomKeys({ passphrase: "secret", rounds: 1000 });
    const result = await other.machine.importRoomKeys(file, { passphrase: "secret" });
    await Promise.all([one.machine.close(), other.machine.close()]);
    return [imported, result.imported, result.failed];
  },

  /** Which programs this page has fetched, not counting its workers. */
  fetched: async () => performance.getEntriesByType("resource").map(({ name }) => name).filter((name) => name.endsWith(".wasm")),

  /** Whether this page may run any WebAssembly. */
  mayRun: () => WebAssembly.compile(new Uint8Array([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0])).then(() => true, () => false),

  /** Takes over what a client with libolm has kept, from a database as matrix-js-sdk makes it. */
  async takeOver({ account, sessions, groupSessions, rooms, pickleKey }, userId, deviceId) {
    const none = await openLibolmStore("matrix-js-sdk:none");
    await fillLegacy("matrix-js-sdk:old", (db) => db.createObjectStore("account"));
    const old = await openLibolmStore("matrix-js-sdk:old");
    await fillLegacy(
      "matrix-js-sdk:moved",
      (db) => db.createObjectStore("account"),
      (table) => table("account").put(account, "-") && table("account").put(1, "migrationState"),
    );
    const moved = await openLibolmStore("matrix-js-sdk:moved");
    const made = (await indexedDB.databases()).some(({ name }) => name === "matrix-js-sdk:none");
    await fillLegacy(
      "matrix-js-sdk:crypto",
      (db) => {
        for (const name of ["account", "rooms", "device_data"]) db.createObjectStore(name);
        db.createObjectStore("sessions", { keyPath: ["deviceKey", "sessionId"] });
        db.createObjectStore("inbound_group_sessions", { keyPath: ["senderCurve25519Key", "sessionId"] });
      },
      (table) => {
        table("account").put(account, "-");
        for (const session of sessions) table("sessions").put(session);
        for (const session of groupSessions) table("inbound_group_sessions").put(session);
        for (const [id, room] of rooms) table("rooms").put(room, id);
        table("device_data").put({ devices: {}, trackingStatus: { "@followed:example.org": 3, "@left:example.org": 0 } }, "-");
      },
    );
    const options = { ...Client.hosting, userId, deviceId, store: indexedDBStore("taken over"), key };
    const { close, ...legacy } = await openLibolmStore();
    const report = await migrateFromLibolm({ ...options, ...legacy, pickleKey });
    close();
    const deleted = new Promise((resolve) => Object.assign(indexedDB.deleteDatabase("matrix-js-sdk:crypto"), { onsuccess: () => resolve(true), onblocked: () => resolve(false) }));
    const machine = await OlmMachine.open(options);
    const { rotationPeriodMessages } = await machine.roomSettings(rooms[0][0]);
    const asked = (await machine.outgoingRequests()).find(({ kind }) => kind === "keys_query").body.device_keys;
    await machine.close();
    return { found: [none, old, moved].filter((store) => store), made, report, keys: machine.identityKeys, rotationPeriodMessages, asked: Object.keys(asked), deleted: await deleted };
  },
};

/** Makes a database. */
function fillLegacy(name, make, fill) {
  return new Promise((resolve, reject) => {
    const opening = indexedDB.open(name, 11);
    opening.onerror = reject;
    opening.onupgradeneeded = () => make(opening.result);
    opening.onsuccess = () => {
      const db = opening.result;
      const transaction = db.transaction(db.objectStoreNames, "readwrite");
      fill?.((table) => transaction.objectStore(table));
      transaction.oncomplete = () => resolve(db.close());
    };
  });
}
document.body.dataset.outcome = "ready";
