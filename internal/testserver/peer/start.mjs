// What peer.go is to tests in Go, for tests in JavaScript: an encrypting client
// that others have written, in a process of its own.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { password } from "../server.mjs";

const path = (relative) => fileURLToPath(new URL(relative, import.meta.url));
const node = path("node_modules/node/bin/node");

/** Why there are no peers here, or false. */
export const missing = existsSync(node) ? false : "the independent client is not installed: run make setup";

/**
 * Starts a new device of a registered user, in Node with its state in memory, or
 * in a page of Chromium with its state in IndexedDB.
 */
export async function startPeer(server, user, { inPage = false } = {}) {
  const child = spawn(node, [path(inPage ? "chromium.mjs" : "node.mjs")], { stdio: ["pipe", "pipe", "inherit"] });
  const peer = new StartedPeer(child, server.url);
  Object.assign(peer, await peer.call("start", { url: server.url, user, password }));
  return peer;
}

class StartedPeer {
  #child;
  #url;
  #answers;

  constructor(child, url) {
    this.#child = child;
    this.#url = url;
    this.#answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  }

  /** Gives the peer a command, which is a method of Peer in peer.mjs. One at a time. */
  async call(command, ...values) {
    this.#child.stdin.write(`${JSON.stringify({ command, arguments: values })}\n`);
    const { value, done } = await this.#answers.next();
    if (done) throw new Error("the peer has ended");
    const { result, error, missing } = JSON.parse(value);
    if (error ?? missing) throw new Error(`${this.userId}: ${command}: ${error ?? missing}`);
    return result;
  }

  /** Loads the page of a peer again, which goes on with what it has in IndexedDB. */
  async reload() {
    const { userId, deviceId, accessToken } = this;
    await this.call("reload");
    await this.call("start", { url: this.#url, userId, deviceId, accessToken, password });
  }

  async stop() {
    const exit = once(this.#child, "exit");
    this.#child.stdin.end();
    await exit;
  }
}
