// What the tests of machines in browsers call, as window.machines.
import { deleteIndexedDBStore, indexedDBStore, OlmMachine, verifyStore } from "/mudpuppy/dist/mudpuppy.browser.js";
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
};
document.body.dataset.outcome = "ready";
