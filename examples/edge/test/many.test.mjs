// Many accounts in one Worker: 200 at length (MUDPUPPY_LONG), a few else. It says what
// they cost.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { startPeer } from "../../../internal/testserver/peer/start.mjs";
import { password, startServer } from "../../../internal/testserver/server.mjs";
import { account, bindingsOf, hook, post, skip, startBots, until } from "./kit.mjs";

const many = process.env.MUDPUPPY_LONG ? 200 : 5;
const posts = process.env.MUDPUPPY_LONG ? 500 : 20; // of one bot, four times
const AT_ONCE = 8;

/** What workerd has used: milliseconds of the processor, and megabytes of memory. */
function usage(pid) {
  const [, fields] = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ");
  const [user, system] = fields.split(" ").slice(11, 13).map(Number);
  const memory = Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))[1]);
  return { cpu: (user + system) * 10, memory: memory / 1024 };
}

/** Does something with each, some at once. */
async function each(list, action) {
  const left = [...list];
  await Promise.all(Array.from({ length: AT_ONCE }, async () => {
    for (let one; (one = left.shift()) !== undefined; ) await action(one);
  }));
}

test(`${many} bots, each with a room of its own`, { skip, timeout: 1_800_000 }, async (t) => {
  const server = await startServer();
  await server.register("alice", password);
  const alice = await startPeer(server, "alice");
  await alice.call("bootstrap");
  const bots = {};
  for (let i = 0; i < many; i++) {
    // They wake when they are asked to, so that only what is asked is measured.
    bots[`bot${i}`] = await account(server, `bot${i}`, { allowed: [alice.userId], busy: 3600, quiet: 3600 });
  }
  const names = Object.keys(bots);
  const worker = await startBots(bots);
  const measure = async (what, count, action) => {
    const before = usage(worker.pid);
    await action();
    const after = usage(worker.pid);
    const [cpu, memory] = [(after.cpu - before.cpu) / count, (after.memory - before.memory) / count];
    t.diagnostic(`${what}: ${cpu.toFixed(1)} ms and ${memory.toFixed(2)} MB each; ${after.memory.toFixed(0)} MB in all`);
  };
  const say = async (name, room, body) => {
    const answer = await post(worker, bots[name], `/${name}${hook(room)}`, body, { "idempotency-key": body });
    return answer.status === 200;
  };
  try {
    await worker.fetch("/");
    await measure("new objects", many, () => each(names, (name) => worker.fetch(`/${name}/`)));
    const rooms = new Map();
    for (const name of names) rooms.set(name, await alice.call("createRoom", [bots[name].user_id]));
    await measure("the first words", many, () =>
      each(names, (name) => until(`${name} speaks`, () => say(name, rooms.get(name), `I am ${name}`), 300_000)));
    for (const name of names) {
      await alice.call("waitForMessage", rooms.get(name), `I am ${name}`);
      assert.deepEqual(await alice.call("bodies", rooms.get(name)), [`I am ${name}`]);
    }
    await measure("a word of each", many, () => each(names, (name) => until(`${name} speaks again`, () => say(name, rooms.get(name), `again ${name}`))));

    await worker.restart();
    await worker.fetch("/");
    const some = names.slice(0, 40); // so few that none is evicted before the last is there
    await measure("objects that begin again", some.length, () => each(some, (name) => worker.fetch(`/${name}/`)));
    const [[name, room]] = rooms;
    for (let block = 0; block < 4; block++) {
      await measure(`words ${block * posts} to ${(block + 1) * posts - 1} of one`, posts, async () => {
        for (let i = 0; i < posts; i++) await until("a word", () => say(name, room, `word ${block * posts + i}`));
      });
    }
    await alice.call("waitForMessage", room, `word ${4 * posts - 1}`);
    assert.equal(new Set(await alice.call("bodies", room)).size, 2 + 4 * posts);
    await worker.restart({ options: { bindings: bindingsOf(bots) } });
  } finally {
    if (process.env.MUDPUPPY_WORKER_LOG) console.log(worker.log);
    await Promise.all([worker.remove(), alice.stop()]);
    await server.remove();
  }
});
