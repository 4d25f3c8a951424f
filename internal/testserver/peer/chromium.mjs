// The client in a page of Chromium: passes commands from standard input on to it,
// as node.mjs takes them. One more command, "reload", loads the page again, after
// which the client has to be started again.
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import chromium, { findChromium, launch } from "../../../web/test/browsers/chromium.mjs";
import { serve } from "../../../web/test/serve.mjs";

const path = (relative) => fileURLToPath(new URL(relative, import.meta.url));
const print = (answer) => process.stdout.write(`${answer}\n`);

const executable = findChromium();
if (!executable) {
  print(JSON.stringify({ missing: `Chromium is ${chromium.missing}` }));
  process.exit(0);
}

const bundle = await build({
  entryPoints: [path("page.mjs")],
  bundle: true,
  define: { global: "globalThis" },
  format: "esm",
  logLevel: "error",
  platform: "browser",
  write: false,
});
const site = await serve({
  "/pkg/": path("node_modules/@matrix-org/matrix-sdk-crypto-wasm/pkg"),
  "/page.js": { body: bundle.outputFiles[0].contents },
  "/": { body: '<!doctype html><script type="module" src="/page.js"></script>', headers: { "content-type": "text/html" } },
});
const browser = await launch(executable);
const page = await browser.newPage();
if (process.env.MUDPUPPY_PEER_LOG) page.on("console", (message) => process.stderr.write(`page: ${message.text()}\n`));
const load = async () => {
  await page.goto(site.url);
  await page.waitForFunction(() => globalThis.answer);
  return '{"result":null}';
};

await load();
for await (const line of createInterface({ input: process.stdin })) {
  const { command } = JSON.parse(line);
  print(await (command === "reload" ? load() : page.evaluate((line) => globalThis.answer(line), line)));
}
await browser.close();
process.exit(0);
