// How patiently requests are sent: by a machine made up for it, on a clock of its own.
import assert from "node:assert/strict";
import { mock, test } from "node:test";
import { connect, MudpuppyError } from "mudpuppy";

/** A machine that gives out what it is told to, until it is marked as sent. */
class MadeUp {
  failed = [];
  sent = [];
  requests;

  constructor(...requests) {
    this.requests = requests.map(([id, kind]) => ({ id, kind, method: "POST", path: `/_matrix/${id}`, body: { n: id } }));
  }

  async outgoingRequests() {
    return [...this.requests];
  }

  async markSent(id, body) {
    this.sent.push([id, body]);
    this.requests = this.requests.filter((request) => request.id !== id);
  }

  async markFailed(id, status, body) {
    this.failed.push([id, status, body]);
  }
}

/** Lets a promise settle, with all timers at once, and returns how much time went by. */
async function settled(promise) {
  let done = false;
  const outcome = promise.then(
    (value) => ({ value }),
    (error) => ({ error }),
  );
  outcome.then(() => (done = true));
  mock.timers.enable({ apis: ["setTimeout", "Date"], now: 0 });
  try {
    while (!done) {
      for (let i = 0; i < 20; i++) await new Promise(setImmediate);
      if (!done) mock.timers.tick(100);
    }
    return { ...(await outcome), ms: Date.now() };
  } finally {
    mock.timers.reset();
  }
}

const options = { baseUrl: "https://x.org/", accessToken: "token" };
const json = (body, status = 200, headers = {}) => Response.json(body, { status, headers });

/** A fetch that gives one answer after the other, the last again and again. */
function answering(...answers) {
  const asked = [];
  const fetch = async (url, request) => {
    asked.push([url, request]);
    const answer = answers.length > 1 ? answers.shift() : answers[0];
    if (answer instanceof Error) throw answer;
    return answer.clone();
  };
  return { fetch, asked };
}

test("what is sent is as the specification has it", async () => {
  const machine = new MadeUp(["a", "keys_upload"], ["b", "to_device"]);
  const { fetch, asked } = answering(json({ ok: 1 }));
  const { error } = await settled(connect(machine, { ...options, accessToken: async () => "fresh", fetch }).pump());
  assert.equal(error, undefined);
  const [[url, { method, headers, body }]] = asked;
  assert.deepEqual([url, method, headers, body], [
    "https://x.org/_matrix/a", "POST", { authorization: "Bearer fresh", "content-type": "application/json" }, '{"n":"a"}',
  ]);
  assert.deepEqual(machine.sent, [["a", { ok: 1 }], ["b", { ok: 1 }]]);
});

test("requests of a kind are sent side by side, but not too many", async () => {
  const machine = new MadeUp(...Array.from({ length: 12 }, (_, i) => [`${i}`, "to_device"]), ["u", "keys_upload"], ["v", "keys_upload"]);
  let [now, most, uploads, mostUploads] = [0, 0, 0, 0];
  const fetch = async (url) => {
    const upload = /[uv]$/.test(url);
    if (upload) mostUploads = Math.max(mostUploads, ++uploads);
    else most = Math.max(most, ++now);
    await new Promise(setImmediate);
    if (upload) uploads--;
    else now--;
    return json({});
  };
  await settled(connect(machine, { ...options, fetch }).pump());
  assert.equal(machine.sent.length, 14);
  assert.deepEqual([most, mostUploads], [4, 1]);
});

for (const [name, answer, least] of [
  ["in the header, in seconds", json({ errcode: "M_LIMIT_EXCEEDED" }, 429, { "retry-after": "7" }), 7000],
  ["in the header, as a time", json({}, 503, { "retry-after": new Date(9000).toUTCString() }), 9000],
  ["in the body", json({ retry_after_ms: 5000 }, 429), 5000],
]) {
  test(`a homeserver is left alone for as long as it asks: ${name}`, async () => {
    const machine = new MadeUp(["a", "keys_claim"]);
    const { fetch } = answering(answer, json({}));
    const { error, ms } = await settled(connect(machine, { ...options, fetch }).pump());
    assert.equal(error, undefined);
    assert.ok(ms >= least && ms < least * 1.3 + 200, `${ms} ms`);
    assert.equal(machine.failed[0][2].retry_after_ms, least);
  });
}

test("who does not answer is asked again, later and later, and not for ever", async () => {
  const machine = new MadeUp(["a", "keys_query"]);
  const { fetch, asked } = answering(new TypeError("no network"));
  const { error, ms } = await settled(connect(machine, { ...options, fetch }).pump());
  assert.ok(error instanceof MudpuppyError);
  assert.deepEqual([error.name, error.code, error.status, error.kind, error.cause.message], ["RequestError", "ERR_REQUEST", 0, "keys_query", "no network"]);
  assert.equal(asked.length, 5);
  assert.ok(ms >= 30_000 && ms < 40_000, `${ms} ms`);
  assert.deepEqual(machine.failed[0], ["a", 0, undefined]);
});

test("what is no JSON does not come from the homeserver", async () => {
  const machine = new MadeUp(["a", "to_device"]);
  const { fetch } = answering(new Response("<html>Log in to this network"), json({}));
  assert.equal((await settled(connect(machine, { ...options, fetch }).pump())).error, undefined);
  assert.deepEqual(machine.failed, [["a", 0, undefined]]);
});

test("what is refused is not repeated, but the machine may send something else", async () => {
  const machine = new MadeUp(["a", "keys_upload"]);
  const { fetch, asked } = answering(json({ errcode: "M_INVALID" }, 400));
  const { error, ms } = await settled(connect(machine, { ...options, fetch }).pump());
  assert.deepEqual([error.status, error.errcode, asked.length, ms], [400, "M_INVALID", 2, 0]);

  const healed = new MadeUp(["a", "keys_upload"]);
  healed.markFailed = async () => (healed.requests = new MadeUp(["b", "keys_upload"]).requests);
  const second = answering(json({}, 400), json({}));
  assert.equal((await settled(connect(healed, { ...options, fetch: second.fetch }).pump())).error, undefined);

  const dropped = new MadeUp(["a", "to_device"]);
  dropped.markFailed = async () => (dropped.requests = []);
  const third = answering(json({}, 400));
  assert.equal((await settled(connect(dropped, { ...options, fetch: third.fetch }).pump())).error.status, 400);

  const expired = new MadeUp(["a", "keys_upload"]);
  const fourth = answering(json({ errcode: "M_UNKNOWN_TOKEN" }, 401));
  const { error: loggedOut } = await settled(connect(expired, { ...options, fetch: fourth.fetch, authenticate: assert.fail }).pump());
  assert.deepEqual([loggedOut.status, loggedOut.errcode, fourth.asked.length], [401, "M_UNKNOWN_TOKEN", 1]);
});

test("the user is asked to authenticate as often as the homeserver wants it", async () => {
  const machine = new MadeUp(["a", "signing_upload"]);
  const challenge = (completed) => json({ flows: [{ stages: ["m.login.password"] }], session: "s", completed }, 401);
  const { fetch, asked } = answering(challenge([]), challenge(["one"]), json({}));
  const seen = [];
  const authenticate = async ({ session, completed }) => {
    seen.push([session, completed]);
    return { session, step: seen.length };
  };
  assert.equal((await settled(connect(machine, { ...options, fetch, authenticate }).pump())).error, undefined);
  assert.deepEqual(seen, [["s", []], ["s", ["one"]]]);
  assert.deepEqual(JSON.parse(asked[2][1].body), { n: "a", auth: { session: "s", step: 2 } });
  assert.deepEqual(machine.failed, []);

  const refused = new MadeUp(["a", "signing_upload"]);
  const { error } = await settled(connect(refused, { ...options, fetch: answering(challenge([])).fetch, authenticate: () => undefined }).pump());
  assert.equal(error.status, 401);
});

test("pumps that are asked for meanwhile are one more, and closing ends them all", async () => {
  const machine = new MadeUp(["a", "to_device"]);
  let looks = 0;
  const { outgoingRequests } = machine;
  machine.outgoingRequests = () => (looks++, outgoingRequests.call(machine));
  const connection = connect(machine, { ...options, fetch: answering(json({})).fetch });
  const pumps = [connection.pump(), connection.pump(), connection.pump()];
  await settled(Promise.all(pumps));
  assert.equal(looks, 3); // two by the first, one by the second
  machine.requests = new MadeUp(["b", "to_device"]).requests;
  const hanging = (_, { signal }) => new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
  const closing = connect(machine, { ...options, fetch: hanging });
  const pump = closing.pump();
  await new Promise(setImmediate);
  closing.close();
  await assert.rejects(pump, { code: "ERR_ABORTED" });
  await assert.rejects(closing.pump(), { code: "ERR_ABORTED" });
  assert.deepEqual(machine.failed, []); // it gives the request out again
});

test("to encrypt is to share until the key is shared", async () => {
  const machine = new MadeUp();
  const steps = [];
  const shares = [{ ready: false }, { ready: true }, { ready: true }];
  machine.shareRoomKey = async (...args) => (steps.push(["share", ...args]), shares.shift() ?? { ready: true });
  const outcomes = [new MudpuppyError("ERR_NOT_SHARED", ""), { ciphertext: "x" }];
  machine.encrypt = async (...args) => {
    steps.push(["encrypt", ...args]);
    const outcome = outcomes.shift();
    if (outcome instanceof Error) throw outcome;
    return outcome;
  };
  const content = { body: "as it was" };
  const encrypting = connect(machine, { ...options, fetch: assert.fail }).encrypt("!r:x", new Set(["@a:x"]), "m.room.message", content);
  content.body = "changed";
  assert.deepEqual((await settled(encrypting)).value, { ciphertext: "x" });
  assert.deepEqual(steps.map(([step]) => step), ["share", "share", "encrypt", "share", "encrypt"]);
  assert.deepEqual(steps.at(-1), ["encrypt", "!r:x", "m.room.message", { body: "as it was" }]);
  assert.deepEqual(steps[0], ["share", "!r:x", ["@a:x"]]);

  machine.shareRoomKey = async () => ({ ready: false });
  const { error } = await settled(connect(machine, { ...options, fetch: assert.fail }).encrypt("!r:x", [], "t", {}));
  assert.equal(error.code, "ERR_NOT_SHARED");
});
