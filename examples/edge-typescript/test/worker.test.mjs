// The Worker in workerd, at a real homeserver, with a device of matrix-js-sdk that reads.
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { missing as noPeer, startPeer } from "../../../internal/testserver/peer/start.mjs";
import { findServer, password, startServer } from "../../../internal/testserver/server.mjs";
import { missing as noWorker, startWorker } from "../../../internal/testworker/worker.mjs";

const noServer = (await findServer()) ? false : "there is no homeserver: the sources of Dendrite cannot be downloaded";

test("what is posted can be read, also when workerd was killed", { skip: noPeer || noWorker || noServer, timeout: 120_000 }, async () => {
  const server = await startServer();
  await server.register("alice", password);
  const alice = await startPeer(server, "alice");
  const account = await server.register("speaker", password);
  const SECRET = "a secret for tests";
  const bindings = {
    HOMESERVER: server.url, USER_ID: account.userId, DEVICE_ID: account.deviceId, ACCESS_TOKEN: account.accessToken,
    KEY: randomBytes(32).toString("base64"), SECRET,
  };
  const worker = await startWorker({
    entry: fileURLToPath(new URL("../worker.ts", import.meta.url)),
    durableObjects: { ACCOUNT: { className: "Account", useSQLite: true } },
    bindings,
  });
  try {
    await alice.call("bootstrap");
    const room = await alice.call("createRoom", [account.userId]);
    await account.join(room);
    await alice.call("waitForMember", room, account.userId, "join");
    const post = (body, secret = SECRET) =>
      worker.fetch(`/${encodeURIComponent(room)}`, { method: "POST", body, headers: { authorization: `Bearer ${secret}` } });
    const reads = async (body) => {
      const { encrypted, shield, sender } = await alice.call("waitForMessage", room, body);
      assert.deepEqual({ encrypted, shield, sender }, { encrypted: true, shield: "none", sender: account.userId });
    };

    for (const response of await Promise.all(["one", "two", "three"].map((body) => post(body)))) {
      assert.equal(response.status, 200, await response.text());
    }
    for (const body of ["one", "two", "three"]) await reads(body);
    await worker.restart({ kill: true });
    assert.equal((await post("four")).status, 200);
    await reads("four");
    assert.equal((await post("five", "another secret")).status, 401);
    assert.equal((await worker.fetch("/")).status, 405);
    const { SECRET: _, ...without } = bindings;
    await worker.restart({ options: { bindings: without } });
    assert.equal((await post("six", "undefined")).status, 500);
    assert.deepEqual(await alice.call("bodies", room), ["one", "two", "three", "four"]);
  } finally {
    await Promise.all([worker.remove(), alice.stop()]);
    await server.remove();
  }
});
