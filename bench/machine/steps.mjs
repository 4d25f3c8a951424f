// What several scenes do with a machine before they measure.

import { DEVICE } from "./user.mjs";

/** How long it took, in milliseconds, and what came of it. */
export async function timed(f) {
  const begin = performance.now();
  const result = await f();
  return [performance.now() - begin, result];
}

/** Each machine is another user's, and has a database of its own. */
let machines = 0;

/** What says which machine to open, for a new one. */
export function newDevice(isSealed) {
  const name = `machine${machines++}`;
  const store = isSealed ? { name, key: crypto.getRandomValues(new Uint8Array(32)) } : undefined;
  return { userId: `@${name}:example.org`, deviceId: DEVICE, store };
}

/** The answers of the homeserver to requests, as the machine takes them. */
export const answersTo = (requests, device, server) =>
  requests.map((request) => {
    const answer = server.answer(device.identity.userId, { ...request, body: device.unpack(request.body) });
    return [request, device.pack(answer)];
  });

/** Marks requests as sent, one after the other. */
export async function mark(device, answers) {
  for (const [request, answer] of answers) await device.markSent(request, answer);
}

/** Sends all that a machine wants to send. */
export async function settle(device, server) {
  for (let all; (all = await device.requests()).length > 0; ) await mark(device, answersTo(all, device, server));
}

/** A sync that brings events to the device, and nothing new otherwise. */
export const syncWith = (events) => ({
  next_batch: `s${syncs++}`,
  to_device: { events },
  device_one_time_keys_count: { signed_curve25519: 50 },
  device_unused_fallback_key_types: ["signed_curve25519"],
});

let syncs = 0;

/** Does what every machine does first: it publishes its keys, and syncs. */
export async function begin(device, server) {
  await settle(device, server);
  await device.receive(device.packSync(syncWith([])));
  await settle(device, server);
}

/** Has the devices of users known to a machine, with an Olm session to each. */
export async function meet(device, server, room, users) {
  await device.trackUsers(users);
  await settle(device, server);
  await device.setUpRoom(room);
  for (let all; (all = await device.claims(room, users)).length > 0; ) await mark(device, answersTo(all, device, server));
}

/** Counts the devices to which requests bring something. */
export function countReceivers(device, requests) {
  const perUser = requests.flatMap(({ body }) => Object.values(device.unpack(body).messages));
  return perUser.reduce((sum, devices) => sum + Object.keys(devices).length, 0);
}

/** A fast wrong answer is worth nothing. */
export function expect(what, got, want) {
  if (got !== want) throw new Error(`${what}: ${got} instead of ${want}`);
}
