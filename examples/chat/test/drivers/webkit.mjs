// WebKitGTK: its MiniBrowser, on a screen that nobody sees, by the WebDriver protocol.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createServer } from "node:net";
import { basename } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { findProgram } from "../../../../web/test/browsers/find.mjs";
import webkit from "../../../../web/test/browsers/webkit.mjs";
import { Finding, until } from "./driver.mjs";
import { find } from "./find.js";

const ELEMENT = "element-6066-11e4-a52e-4f735466cecf"; // how the protocol names elements

class WebKitPage extends Finding {
  #send;
  #session;

  constructor(send, session) {
    super();
    this.#send = send;
    this.#session = `/session/${session}`;
  }

  #ask(method, path, body) {
    return this.#send(method, this.#session + path, body);
  }

  async find(what) {
    const script = `${find}\nreturn find(arguments[0])`;
    const element = await this.#ask("POST", "/execute/sync", { script, args: [what] });
    return element?.[ELEMENT];
  }

  goto(url) {
    return this.#ask("POST", "/url", { url });
  }

  /** By way of an empty page, since loading a page over itself now and then never ends in this driver. */
  async reload() {
    const url = await this.#ask("GET", "/url");
    await this.goto("about:blank");
    await this.goto(url);
  }

  /** Does something with an element, which may be drawn anew meanwhile. */
  async #with(what, act) {
    for (let attempt = 1; ; attempt++) {
      try {
        return await act(await this.found(what));
      } catch (error) {
        if (attempt === 5 || !/stale|not interactable|intercepted/.test(error.message)) throw error;
        await sleep(200);
      }
    }
  }

  /** A click of the protocol goes where the element was, and a chat moves. */
  async click(what) {
    const script = "arguments[0].focus(); arguments[0].click()";
    await this.#with(what, (id) => this.#ask("POST", "/execute/sync", { script, args: [{ [ELEMENT]: id }] }));
  }

  async fill(what, text) {
    await this.#with(what, async (id) => {
      await this.#ask("POST", `/element/${id}/clear`, {});
      await this.#ask("POST", `/element/${id}/value`, { text });
    });
  }

  /** This driver gives nothing to a field that is hidden behind a button, so the page does. */
  async choose(what, path) {
    const script = `const [field, name, type, content] = arguments;
      const files = new DataTransfer();
      files.items.add(new File([Uint8Array.from(atob(content), (c) => c.charCodeAt(0))], name, { type }));
      field.files = files.files;
      field.dispatchEvent(new Event("change", { bubbles: true }));`;
    const type = path.endsWith(".png") ? "image/png" : "text/plain";
    const content = (await readFile(path)).toString("base64");
    await this.#with(what, (id) => this.#ask("POST", "/execute/sync", { script, args: [{ [ELEMENT]: id }, basename(path), type, content] }));
  }

  async read(what) {
    return this.#with(what, (id) => this.#ask("POST", "/execute/sync", { script: "return arguments[0].innerText", args: [{ [ELEMENT]: id }] }));
  }

  evaluate(expression) {
    const script = `const done = arguments[arguments.length - 1]; Promise.resolve(${expression}).then(done, (error) => done(String(error)))`;
    return this.#ask("POST", "/execute/async", { script, args: [] });
  }

  close() {
    return this.#ask("DELETE", "");
  }
}

/** Sends commands to a driver of a port. */
const client = (port) => async (method, path, body) => {
  const response = await fetch(`http://127.0.0.1:${port}${path}`, { method, body: body && JSON.stringify(body), signal: AbortSignal.timeout(20_000) });
  const { value } = await response.json();
  if (!response.ok) throw new Error(`${method} ${path}: ${value.error}: ${value.message}`);
  return value;
};

async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  server.close();
  return port;
}

export default {
  ...webkit,
  async open(executable) {
    const children = [];
    const start = (program, args, options) => {
      const child = spawn(program, args, options);
      children.push(child);
      return child;
    };
    const screen = start(findProgram("XVFB_BIN", ["Xvfb"]), ["-displayfd", "3", "-nolisten", "tcp", "-screen", "0", "1400x1000x24"], {
      stdio: ["ignore", "ignore", "ignore", "pipe"],
    });
    const [display] = await once(screen.stdio[3], "data");
    const env = { ...process.env, DISPLAY: `:${String(display).trim()}` };
    // A driver has one session, which is a person's browser: each gets a driver.
    const newPage = async () => {
      const port = await freePort();
      start(executable, ["--host=127.0.0.1", `--port=${port}`], { stdio: "ignore", env });
      const send = client(port);
      await until("WebKitWebDriver is ready", () => send("GET", "/status").catch(() => undefined));
      const { sessionId, capabilities } = await send("POST", "/session", { capabilities: { alwaysMatch: { browserName: "MiniBrowser" } } });
      await send("POST", `/session/${sessionId}/timeouts`, { script: 30_000 });
      await send("POST", `/session/${sessionId}/window/rect`, { width: 1280, height: 900 });
      return Object.assign(new WebKitPage(send, sessionId), { version: capabilities.browserVersion });
    };
    const first = await newPage(); // which knows the version
    await first.close();
    return { version: first.version, newPage, close: () => children.forEach((child) => child.kill()) };
  },
};
