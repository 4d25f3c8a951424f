// WebKitGTK: its MiniBrowser, on a screen that nobody sees, by the WebDriver
// protocol.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { setTimeout } from "node:timers/promises";
import { findProgram } from "./find.mjs";

const START_LIMIT = 30_000;
const REQUEST_LIMIT = 60_000;
const TRIES = 3;

const findScreen = () => findProgram("XVFB_BIN", ["Xvfb"]);
const findDriver = () => findProgram("WEBKIT_DRIVER_BIN", ["WebKitWebDriver"]);

/** @type {import("./suite.mjs").Browser} */
export default {
  name: "webkitgtk",
  missing: "not installed: install webkit2gtk-driver and xvfb, or set WEBKIT_DRIVER_BIN and XVFB_BIN",
  find: () => findScreen() && findDriver(),
  async open(executable) {
    const children = [];
    const end = () => children.forEach((child) => child.kill());
    try {
      const screen = spawn(findScreen(), ["-displayfd", "3", "-nolisten", "tcp"], { stdio: ["ignore", "ignore", "ignore", "pipe"] });
      children.push(screen);
      const [display] = await Promise.race([once(screen.stdio[3], "data"), failed(screen, "Xvfb")]);

      const port = await freePort();
      const env = { ...process.env, DISPLAY: `:${String(display).trim()}` };
      const driver = spawn(executable, ["--host=127.0.0.1", `--port=${port}`], { stdio: "ignore", env });
      children.push(driver);
      const send = client(`http://127.0.0.1:${port}`);
      await Promise.race([ready(send), failed(driver, "WebKitWebDriver")]);
      const page = await newPage(send); // which knows the version
      await page.close();
      return { version: page.version, newPage: () => newPage(send), close: end };
    } catch (error) {
      end();
      throw error;
    }
  },
};

/** A session of its own for each page, apart from all others. */
async function newPage(send) {
  const wanted = { alwaysMatch: { browserName: "MiniBrowser" } };
  const { sessionId, capabilities } = await again(() => send("POST", "/session", { capabilities: wanted }));
  const session = `/session/${sessionId}`;
  return {
    version: capabilities.browserVersion,
    goto: (url) => send("POST", `${session}/url`, { url }),
    reload: () => send("POST", `${session}/refresh`, {}),
    evaluate: (expression) => send("POST", `${session}/execute/sync`, { script: `return ${expression}`, args: [] }),
    close: () => send("DELETE", session),
  };
}

/** Tries a few times: on a busy machine MiniBrowser sometimes starts and is never heard of. */
async function again(open) {
  for (let n = 1; ; n++) {
    try {
      return await open();
    } catch (error) {
      if (n === TRIES) throw error;
    }
  }
}

const client = (driver) => async (method, path, body) => {
  const response = await fetch(driver + path, { method, body: body && JSON.stringify(body), signal: AbortSignal.timeout(REQUEST_LIMIT) });
  const { value } = await response.json();
  if (!response.ok) throw new Error(`${method} ${path}: ${value.error}: ${value.message}`);
  return value;
};

async function ready(send) {
  for (const limit = Date.now() + START_LIMIT; ; await setTimeout(50)) {
    try {
      return await send("GET", "/status");
    } catch (error) {
      if (Date.now() > limit) throw error;
    }
  }
}

async function failed(child, name) {
  const [code] = await once(child, "exit"); // or its error
  throw new Error(`${name} ended with code ${code}`);
}

/** A port that was free a moment ago. */
async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  server.close();
  return port;
}
