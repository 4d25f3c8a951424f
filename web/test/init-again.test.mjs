// init again while an attempt that was given up is still ending: its end must not
// make the next ones forget each other, or two programs would be started.
import assert from "node:assert/strict";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { test } from "node:test";
import { Account, init } from "mudpuppy/olm";

const wasm = await readFile(new URL("node_modules/mudpuppy/dist/olm.wasm", import.meta.url));

test("attempts that follow one that was given up are one", async (t) => {
  const held = [];
  const server = createServer((_, response) => held.push(response)).listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => server.close().closeAllConnections());
  const url = `http://127.0.0.1:${server.address().port}/olm.wasm`;
  const requests = async (n) => {
    while (held.length < n) await new Promise(setImmediate);
  };

  const controller = new AbortController();
  const first = init({ url, signal: controller.signal });
  await requests(1);
  controller.abort();
  await assert.rejects(first, { code: "ERR_ABORTED" });
  const second = init({ url });
  await requests(2);
  const third = init({ url });
  await new Promise((resolve) => setTimeout(resolve, 100)); // a third request would come meanwhile
  assert.equal(held.length, 2);
  held[1].writeHead(200, { "content-type": "application/wasm" }).end(wasm);
  await second;
  const account = new Account();
  const { ed25519 } = account.identityKeys;
  await third;
  assert.equal(account.identityKeys.ed25519, ed25519);
});
