// The bot in workerd, at a real homeserver, with a device of matrix-js-sdk as the
// person it talks with.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { missing as noPeer, startPeer } from "../../../internal/testserver/peer/start.mjs";
import { findServer, password, startServer } from "../../../internal/testserver/server.mjs";
import { missing as noWorker, startWorker } from "../../../internal/testworker/worker.mjs";

const path = (relative) => fileURLToPath(new URL(relative, import.meta.url));
const noServer = (await findServer()) ? false : "there is no homeserver: the sources of Dendrite cannot be downloaded";
const skip = noPeer || noWorker || noServer;

if (!skip) execFileSync(process.execPath, [path("../build.mjs")], { stdio: "inherit" });

/** Makes an account, and what a bot is told of it. */
async function account(server, user, allowed) {
  const { userId, deviceId, accessToken } = await server.register(user, password);
  return {
    homeserver: server.url, user_id: userId, device_id: deviceId, access_token: accessToken,
    key: randomBytes(32).toString("base64"), secret: randomBytes(16).toString("hex"), allowed,
  };
}

const post = (worker, config, where, body, headers = {}) =>
  worker.fetch(where, { method: "POST", body, headers: { authorization: `Bearer ${config.secret}`, ...headers } });

async function until(what, condition) {
  for (const end = Date.now() + 30_000; Date.now() < end; await new Promise((resolve) => setTimeout(resolve, 100))) {
    const result = await condition();
    if (result) return result;
  }
  throw new Error(`after half a minute, still not: ${what}`);
}

test("what is posted can be read, and commands are answered", { skip, timeout: 180_000 }, async () => {
  const server = await startServer();
  await server.register("alice", password);
  const alice = await startPeer(server, "alice");
  await alice.call("bootstrap");
  const main = await account(server, "alerts", [alice.userId]);
  const worker = await startWorker({
    entry: path("../worker.ts"),
    durableObjects: { BOT: { className: "Bot", useSQLite: true } },
    bindings: { BOT_MAIN: JSON.stringify(main) },
  });
  try {
    assert.equal((await worker.fetch("/")).status, 200);
    const room = await alice.call("createRoom", [main.user_id]);
    await alice.call("waitForMember", room, main.user_id, "join");
    const response = await post(worker, main, `/hooks/${encodeURIComponent(room)}`, "the build is broken");
    const answer = await response.text();
    assert.equal(response.status, 200, answer);
    const message = await alice.call("waitForMessage", room, "the build is broken");
    assert.ok(message.encrypted);
    assert.equal(message.shield, "none");
    console.log(answer, message);

    const asked = Date.now();
    await alice.call("send", room, "!ping");
    const pong = await alice.call("waitForMessage", room, "pong");
    assert.ok(Date.now() - asked < 5000, `${Date.now() - asked} ms`);
    assert.ok(pong.encrypted);
  } finally {
    console.log(worker.log);
    await Promise.all([worker.remove(), alice.stop()]);
    await server.remove();
  }
});
