// The demo, as it runs without a terminal.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { startServer } from "../../../internal/testserver/server.mjs";
import chromium from "./drivers/chromium.mjs";
import { noServer } from "./world.mjs";

const demo = fileURLToPath(new URL("../demo/demo.mjs", import.meta.url));
const skip = noServer || (chromium.find() ? false : chromium.missing);
const run = (env) => promisify(execFile)(process.execPath, [demo], { env: { ...process.env, DEMO: "once", ...env } });

test("the demo plays its story, and prints what each read and what the homeserver holds", { skip }, async () => {
  const { stdout } = await run({});
  for (const line of [
    /^alice reads:\n {2}\(own\): Hi! .*\n {2}bob: The homeserver is\./m,
    /^bob reads:\n {2}alice: Hi! .*\n {2}\(own\): The homeserver is\./m,
    /^the homeserver holds:\n {2}@alice:test: [\w+/]{60}…/m,
    /^and nothing of what was written\.$/m,
  ]) assert.match(stdout, line);
});

test("the demo says what is wrong, and ends with 1", { skip }, async () => {
  const { code, stderr } = await run({ HOMESERVER: "http://127.0.0.1:1" }).catch((error) => error);
  assert.equal(code, 1);
  assert.match(stderr, /^demo: there is no Matrix homeserver at http:\/\/127\.0\.0\.1:1,/m);
});

test("the demo plays on another homeserver, where two people register", { skip }, async () => {
  const server = await startServer();
  try {
    const { stdout } = await run({ HOMESERVER: `${server.url}/` });
    assert.match(stdout, /^and nothing of what was written\.$/m);
  } finally {
    await server.remove();
  }
});
