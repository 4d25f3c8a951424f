// The peers as tests in JavaScript start them; peer_test.go tests what they do.
import assert from "node:assert/strict";
import { test } from "node:test";
import { findChromium } from "../../../web/test/browsers/chromium.mjs";
import { findServer, password, startServer } from "../server.mjs";
import { missing, startPeer } from "./start.mjs";

const noServer = (await findServer()) ? false : "there is no homeserver: the sources of Dendrite cannot be downloaded";
const noChromium = findChromium() ? false : "there is no Chromium";

test("a peer in Node and one in a page talk", { skip: missing || noServer || noChromium }, async () => {
  const server = await startServer();
  for (const user of ["alice", "bob"]) await server.register(user, password);
  const alice = await startPeer(server, "alice");
  const bob = await startPeer(server, "bob", { inPage: true });
  try {
    const room = await alice.call("createRoom", [bob.userId]);
    await bob.call("join", room);
    await alice.call("waitForMember", room, bob.userId, "join");
    const eventId = await alice.call("send", room, "hello");
    const message = await bob.call("waitForMessage", room, "hello");
    assert.equal(message.eventId, eventId);
    assert.ok(message.encrypted);
    await bob.reload();
    await bob.call("send", room, "hello again");
    assert.equal((await alice.call("waitForMessage", room, "hello again")).sender, bob.userId);
    await assert.rejects(alice.call("join", "!nowhere:test"), /@alice:test: join: .*MatrixError/);
  } finally {
    await Promise.all([alice.stop(), bob.stop()]);
    await server.remove();
  }
});
