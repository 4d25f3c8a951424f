// T17 at the border, for calls that answer with promises: whatever JavaScript passes,
// it gets a result or a typed error, and the program goes on with clean buffers.
import assert from "node:assert/strict";
import { test } from "node:test";
import { connect, init, memoryStore, MudpuppyError, OlmMachine, verifyStore } from "mudpuppy";
import { anything, count, one, random, seed, thrower } from "./hostile-values.mjs";
import { go, memory, start } from "./inside.mjs";

const alice = "@alice:example.org";
const room = "!room:example.org";
const key = new Uint8Array(32);

let machine, closed;

/** Makes a machine that has something to do, and one that is closed. */
async function makeMachines() {
  machine?.free();
  const open = (deviceId) => OlmMachine.open({ userId: alice, deviceId, store: memoryStore(), key, policy: "all_devices" });
  [machine, closed] = [await open("OPEN"), await open("CLOSED")];
  await closed.close();
  await machine.setRoomSettings(room, {});
}

/** Calls Mudpuppy from where it reads its arguments. */
const calling = (call) => ({
  get type() {
    call();
    return "m.dummy";
  },
  toJSON() {
    call();
    return { called: "back" };
  },
  *[Symbol.iterator]() {
    call();
    yield alice;
  },
});

const values = [
  ...anything,
  () => alice, () => room, () => "m.room.message", () => "1", () => 200, () => [alice], () => new Set([alice, "@bob:example.org"]), () => ["", "x"],
  () => ({}), () => ({ body: "text" }), () => ({ body: "\ud800" }), () => ({ n: 1e400, m: 0.1, u: undefined, f() {} }), () => JSON.parse('{"__proto__":{"a":1}}'),
  () => { const cyclic = {}; cyclic.self = cyclic; return cyclic; },
  () => [{ userId: alice, deviceId: "OPEN" }], () => [{ userId: alice }], () => [null], () => [[[]]], () => Array(3), () => new Array(2 ** 21),
  () => ({ master: new Uint8Array(32) }), () => ({ policy: "all_devices", rotationPeriodMs: 2 ** 40 }), () => ({ rotationPeriodMs: 0.5 }), () => ({ policy: "none" }),
  () => ({ algorithm: "m.other" }), () => ({ next_batch: 5, to_device: { events: [null, 5, {}] }, rooms: { join: { [room]: null, x: { timeline: { events: 5 } } } } }),
  () => ({ next_batch: "s", device_lists: { changed: [alice, 5] }, device_one_time_keys_count: { signed_curve25519: -1 } }),
  () => ({ rooms: { join: { ["__proto__"]: { timeline: { limited: true } } } } }),
  () => ({ event_id: "$x", sender: alice, origin_server_ts: 1, type: "m.room.encrypted", content: { algorithm: "m.megolm.v1.aes-sha2", session_id: "A".repeat(43), ciphertext: "AwgA" } }),
  () => "[".repeat(10_000), () => JSON.parse("[".repeat(300) + "]".repeat(300)),
  () => calling(() => void machine.outgoingRequests().catch(() => {})), () => calling(thrower), () => calling(() => machine.free()), () => calling(() => { throw undefined; }),
];

/** All methods, each as a function of `this` and arguments. */
function callables() {
  const list = [];
  for (let p = OlmMachine.prototype; p !== EventTarget.prototype; p = Object.getPrototypeOf(p)) {
    for (const [name, { value, get }] of Object.entries(Object.getOwnPropertyDescriptors(p))) {
      if (["constructor", "addEventListener", "removeEventListener"].includes(name)) continue;
      list.push([name, (self, args) => (value ?? get).apply(self, args)]);
    }
  }
  const options = (args) => ({ userId: alice, deviceId: "X", store: memoryStore(), key, [one(["userId", "deviceId", "store", "key", "policy", "logger", "clock", "wait", "signal", "onRole", "persist", "unsealed"])]: args[0] });
  list.push(["open", (_, args) => OlmMachine.open(random(2) ? args[0] : options(args)).then((machine) => machine.free())]);
  list.push(["verifyStore", (_, args) => verifyStore(random(2) ? args[0] : { store: args[0], key })]);
  return list;
}

function input() {
  const layout = new DataView(go.mem.buffer, go.bridge_layout());
  return memory().subarray(layout.getUint32(0, true), layout.getUint32(0, true) + layout.getUint32(4, true));
}

/** Codes that no argument should lead to. */
const notOurs = ["ERR_INTERNAL", "ERR_CRASHED", "ERR_FAULT", "ERR_BUSY", "ERR_NOT_READY"];

test(`T17: anything may be passed to a machine (seed ${seed}, ${count} calls)`, async () => {
  await start({ init });
  const calls = callables();
  assert.ok(calls.length > 30, `only ${calls.length} methods were found`);
  const outcomes = new Map();
  for (let i = 0; i < count; i++) {
    if (i % 200 === 0) await makeMachines();
    const [name, call] = calls[i % calls.length];
    const args = Array.from({ length: random(5) }, () => one(values)());
    const self = random(8) ? machine : one([closed, undefined, {}, Object.create(machine), new Proxy(machine, {})]);
    const what = `call ${i} of ${name} with ${args.length} arguments`;
    let outcome = "result";
    try {
      const promise = call(self, args);
      assert.ok(input().every((byte) => byte === 0), `${what} left something in the input`);
      await promise;
    } catch (error) {
      if (error instanceof TypeError && self !== machine && self !== closed) continue; // of a private field, before anything was done
      assert.ok(error instanceof MudpuppyError, `${what} threw ${error?.stack ?? error}`);
      assert.ok(!notOurs.includes(error.code), `${what}: ${error.code} ${error.message} ${error.cause?.stack}`);
      outcome = error.code;
    }
    outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
  }
  for (const code of ["result", "ERR_ARGUMENT", "ERR_FORMAT", "ERR_CLOSED"]) assert.ok(outcomes.has(code), `never ${code}`);
  await makeMachines();
  assert.equal((await machine.roomSettings(room)).algorithm, "m.megolm.v1.aes-sha2");
});

test("T17: a homeserver that answers anything does no harm", async () => {
  const answers = {
    "no JSON": () => new Response("no JSON"),
    null: () => Response.json(null),
    "an array": () => Response.json([]),
    "a refusal": () => Response.json("x", { status: 403 }),
    nothing: () => { throw undefined; },
  };
  for (const [name, answer] of Object.entries(answers)) {
    await makeMachines();
    const connection = connect(machine, { baseUrl: "https://x", accessToken: () => "token", fetch: async () => answer() });
    const pump = connection.pump();
    setTimeout(() => connection.close(), 50); // else it would be patient
    await assert.rejects(pump, (error) => error instanceof MudpuppyError && ["ERR_REQUEST", "ERR_ABORTED", "ERR_FORMAT"].includes(error.code), name);
  }
  machine.free();
});
