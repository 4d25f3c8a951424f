// What is measured, in scenes that are played over and over. A scene is a function
// that gets
//
//   open(options)   opens a machine of the contestant
//   isSealed        whether machines are kept in IndexedDB
//   server, olm     the homeserver, and libolm for those who write to the machine
//
// and resolves to a function that plays it once, which resolves to the times by
// operation, in milliseconds.

import { makeRoomKeys } from "../../web/test/machines/roomkeys.mjs";
import { median } from "../statistics.mjs";
import { busy } from "./busy.mjs";
import { message, Peer } from "./peer.mjs";
import { answersTo, begin, countReceivers, expect, mark, meet, newDevice, settle, syncWith, timed } from "./steps.mjs";

const MEMBERS = 200;
const ROOM_KEYS = 100;
const MESSAGES = 64;
const SESSIONS = 10_000;
const SLICE = 500;
const SINGLE = 24;
const BREATH = 10; // milliseconds
const CLOSING = 250; // for the browser to close what was open, and for what a store does after it was opened

const AGAIN = 5; // of so many the median counts
const MUCH = 10_000; // keys are imported only once

export const GROWTH = [1, 10, 100, 1000, 5000];
export const HISTORY = [10, 100, 1000, 10_000, 100_000];

/** A new device comes to write to a room of 200 for the first time. */
async function first({ open, isSealed, server }) {
  const users = server.addCrowd(MEMBERS);
  const room = "!first:example.org";
  return async () => {
    const [create, device] = await timed(async () => {
      const device = await open(newDevice(isSealed));
      await device.requests();
      return device;
    });
    await begin(device, server);
    await device.trackUsers(users);
    const lists = answersTo(await device.requests(), device, server);
    const [query] = await timed(() => mark(device, lists));
    await device.setUpRoom(room);
    const keys = answersTo(await device.claims(room, users), device, server);
    const [claim] = await timed(() => mark(device, keys));
    const [share, requests] = await timed(() => device.share(room, users));
    expect("receivers", countReceivers(device, requests), MEMBERS);
    await device.close();
    return { create, query, claim, share };
  };
}

/** A device of two in a room gets keys, reads and writes. */
async function talk({ open, isSealed, server, olm }) {
  const device = await open(newDevice(isSealed));
  await begin(device, server);
  const user = server.addUser("@peer:example.org");
  const room = "!talk:example.org";
  await meet(device, server, room, [user.userId]);
  const shared = await device.share(room, [user.userId]);
  await mark(device, answersTo(shared, device, server));
  expect("requests to share with who has it", (await device.share(room, [user.userId])).length, 0);
  const peer = new Peer(olm, user, device.identity, server.oneTimeKey(device.identity.userId));
  const read = peer.accept(device.unpack(shared[0].body));
  const content = device.pack(message);
  return async () => {
    const sessions = Array.from({ length: ROOM_KEYS }, () => peer.newSession());
    const sync = device.packSync(syncWith(sessions.map((session) => peer.roomKey(room, session))));
    const [keys] = await timed(() => device.receive(sync));
    for (const session of sessions.slice(1)) expectMessage(device.unpack(await device.decrypt(room, device.pack(peer.event(room, session)))));
    const events = Array.from({ length: MESSAGES }, () => device.pack(peer.event(room, sessions[0])));
    const [decrypt, event] = await timed(() => repeat(events, (event) => device.decrypt(room, event)));
    expectMessage(device.unpack(event));
    const [burst, encrypted] = await timed(() => repeat(events, () => device.encrypt(room, content)));
    expectMessage(read(device.unpack(encrypted)));
    const encrypt = await alone(SINGLE, () => device.encrypt(room, content));
    for (const session of sessions) session.free();
    await settle(device, server);
    return { keys, decrypt: decrypt / MESSAGES, burst: burst / MESSAGES, encrypt };
  };
}

const expectMessage = (event) => expect("message", event.content.body, message.body);

/** Does something for each of a list, one after the other, and returns the last result. */
async function repeat(list, f) {
  let result;
  for (const one of list) result = await f(one);
  return result;
}

/** The mean time of calls between which there is time for what they leave behind, as between messages of a person. */
async function alone(count, f) {
  let sum = 0;
  for (let i = 0; i < count; i++) {
    await pause(BREATH);
    sum += (await timed(f))[0];
  }
  return sum / count;
}

/** A device that has many sessions is opened. */
async function reopen({ open, isSealed, server, olm }) {
  const options = newDevice(isSealed);
  const device = await open(options);
  await begin(device, server);
  const user = server.addUser("@peer:example.org");
  await meet(device, server, "!reopen:example.org", [user.userId]);
  const peer = new Peer(olm, user, device.identity, server.oneTimeKey(device.identity.userId));
  for (let i = 0; i < SESSIONS; i += SLICE) {
    const keys = Array.from({ length: SLICE }, (_, j) => {
      const session = peer.newSession();
      const key = peer.roomKey(`!room${(i + j) % 50}:example.org`, session);
      session.free();
      return key;
    });
    await device.receive(device.packSync(syncWith(keys)));
  }
  await device.close();
  return async () => {
    await pause(CLOSING);
    const [taken, device] = await timed(() => open(options));
    await device.close();
    return { open: taken };
  };
}

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** A room key is shared with more and more devices, which are known and have sessions. */
async function growth({ open, isSealed, server, sizes = GROWTH }) {
  const users = server.addCrowd(Math.max(...sizes));
  const device = await open(newDevice(isSealed));
  await begin(device, server);
  await meet(device, server, "!growth:example.org", users);
  let rooms = 0;
  return async () => {
    const times = {};
    for (const size of sizes) {
      const room = `!growth${rooms++}:example.org`;
      await device.setUpRoom(room);
      const [taken, requests] = await timed(() => device.share(room, users.slice(0, size)));
      expect("receivers", countReceivers(device, requests), size);
      times[`share-${size}`] = taken;
      await mark(device, answersTo(requests, device, server));
    }
    return times;
  };
}

/** A new device imports the keys of another one, and exports them. */
async function transfer({ open, isSealed, server, sizes = [SESSIONS] }) {
  const [count] = sizes;
  const json = JSON.stringify(await makeRoomKeys(count));
  return async () => {
    const device = await open(newDevice(isSealed));
    await begin(device, server);
    const [taken, imported] = await timed(() => device.importKeys(json));
    expect("imported", imported, count);
    const [given, text] = await timed(() => device.exportKeys());
    expect("exported", JSON.parse(text).length, count);
    await device.close();
    await pause(CLOSING);
    return { import: taken, export: given };
  };
}

/** A device that talks to somebody in a room, as an own one to write with, and a message to read. */
async function talking({ open, isSealed, server, olm }, name) {
  const device = await open(newDevice(isSealed));
  await begin(device, server);
  const user = server.addUser(`@${name}:example.org`);
  const room = `!${name}:example.org`;
  await meet(device, server, room, [user.userId]);
  await mark(device, answersTo(await device.share(room, [user.userId]), device, server));
  expect("requests to share with who has it", (await device.share(room, [user.userId])).length, 0);
  const peer = new Peer(olm, user, device.identity, server.oneTimeKey(device.identity.userId));
  const session = peer.newSession();
  await device.receive(device.packSync(syncWith([peer.roomKey(room, session)])));
  const event = device.pack(peer.event(room, session));
  const content = device.pack(message);
  return { device, peer, encrypt: () => device.encrypt(room, content), decrypt: () => device.decrypt(room, event) };
}

/** Somebody writes and reads while keys are imported, and while a device that was long away catches up. */
async function long({ sizes = [SESSIONS], ...stage }) {
  const [count] = sizes;
  const json = JSON.stringify(await makeRoomKeys(count));
  return async () => {
    const { device, peer, encrypt, decrypt } = await talking(stage, `long${devices++}`);
    const importing = await busy(() => device.importKeys(json), encrypt, decrypt);
    const keys = Array.from({ length: count }, (_, i) => {
      const session = peer.newSession();
      const key = peer.roomKey(`!room${i % 50}:example.org`, session);
      session.free();
      return key;
    });
    const sync = device.packSync(syncWith(keys));
    const catching = await busy(() => device.receive(sync), encrypt, decrypt);
    await device.close();
    await pause(CLOSING);
    return { ...named("import", importing), ...named("backlog", catching) };
  };
}

let devices = 0;

const named = (what, { work, ...rest }) =>
  Object.fromEntries([[what, work], ...Object.entries(rest).map(([name, time]) => [`${what}-${name}`, time])]);

/** More and more keys are imported, and a store with as many opened. */
async function history({ open, isSealed, sizes = HISTORY }) {
  const keys = await makeRoomKeys(Math.max(...sizes));
  const once = async (size) => {
    const options = newDevice(isSealed);
    const json = JSON.stringify(keys.slice(0, size));
    const device = await open(options);
    const [taken, imported] = await timed(() => device.importKeys(json));
    expect("imported", imported, size);
    await device.close();
    await pause(CLOSING);
    return { taken, options };
  };
  const reopened = async (options) => {
    const [taken, device] = await timed(() => open(options));
    await device.close();
    await pause(CLOSING);
    return taken;
  };
  const some = async (size) => {
    const imports = [];
    let last;
    while (imports.length < (size < MUCH ? AGAIN : 1)) {
      last = await once(size);
      imports.push(last.taken);
    }
    const times = { [`import-${size}`]: median(imports) };
    if (!isSealed) return times;
    const opens = [];
    while (opens.length < AGAIN) opens.push(await reopened(last.options));
    return { ...times, [`open-${size}`]: median(opens) };
  };
  await once(Math.min(1000, keys.length)); // before it counts
  return async () => {
    const times = {};
    for (const size of sizes) Object.assign(times, await some(size));
    return times;
  };
}

export const scenes = { first, talk, reopen, transfer, long, growth, history };
