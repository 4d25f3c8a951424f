// What testserver.go is to tests in Go, for tests in JavaScript and the demo: a
// real homeserver, in a temporary directory and on the loopback interface.
//
//	const server = await startServer();
//	const alice = await server.register("alice", password);
//	…
//	await server.remove();
import { execFile, spawn } from "node:child_process";
import { createHmac, randomBytes, randomInt } from "node:crypto";
import { once } from "node:events";
import { copyFile, mkdtemp, open, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { Client } from "./client.mjs";

const path = (relative) => fileURLToPath(new URL(relative, import.meta.url));

/** What user ids end in: @alice:test. */
export const name = "test";

/** Serves wherever a test does not care for the password. */
export const password = "a password for tests";

const SHARED_SECRET = "test-only"; // as dendrite.yaml has it
const CANNOT_BE_HAD = 77; // what the build ends with where it has no sources

/** The path of Dendrite, which is built if need be, or undefined where it cannot be downloaded. */
export async function findServer() {
  try {
    const { stdout, stderr } = await promisify(execFile)(path("dendrite/build"));
    process.stderr.write(stderr);
    return stdout.trim();
  } catch (error) {
    if (error.code === CANNOT_BE_HAD) return undefined;
    throw error;
  }
}

/** Starts an empty homeserver, and waits until it answers. */
export async function startServer() {
  const program = await findServer();
  if (!program) throw new Error("there is no homeserver: the sources of Dendrite cannot be downloaded");
  const folder = await mkdtemp(join(tmpdir(), "mudpuppy-server-"));
  await copyFile(path("dendrite.yaml"), join(folder, "dendrite.yaml"));
  await writeFile(join(folder, "matrix_key.pem"), signingKey());
  let failure;
  for (let attempt = 0; attempt < 3; attempt++) {
    const server = new Server(program, folder, await freeAddress());
    try {
      await server.restart();
      return server;
    } catch (error) {
      failure = error; // another program may have taken the port
    }
  }
  await rm(folder, { recursive: true });
  throw failure;
}

/** A homeserver of one's own. */
export class Server {
  #program;
  #address;
  #process; // undefined while it does not run

  constructor(program, folder, address) {
    this.#program = program;
    this.#address = address;
    this.folder = folder; // what the server stores: databases, media and its log
    this.url = `http://${address}`;
  }

  /** Lets the server finish what it does, and ends it. */
  async stop() {
    await this.#end((child) => child.stdin.end());
  }

  /** Ends the server in the middle of whatever it does. */
  async kill() {
    await this.#end((child) => child.kill("SIGKILL"));
  }

  async #end(how) {
    const child = this.#process;
    this.#process = undefined;
    if (!child || hasEnded(child)) return;
    const exit = once(child, "exit");
    how(child);
    await exit;
  }

  /**
   * Starts the server again, at its old address and with its old data. What it
   * had not yet handed to sync when it was ended comes half a minute late.
   */
  async restart() {
    await this.stop();
    const log = await open(join(this.folder, "server.log"), "a");
    const child = spawn(path("dendrite/run"), [this.#program, "-really-enable-open-registration", "-http-bind-address", this.#address], {
      cwd: this.folder,
      stdio: ["pipe", log.fd, log.fd],
    });
    child.stdin.on("error", () => {}); // it may end before its input does
    try {
      await this.#untilItAnswers(child);
      this.#process = child;
    } finally {
      await log.close();
    }
  }

  async #untilItAnswers(child) {
    for (const limit = Date.now() + 60_000; Date.now() < limit && !hasEnded(child); await sleep(10)) {
      const answer = await fetch(`${this.url}/_matrix/client/versions`).catch(() => undefined);
      if (answer?.ok) return;
    }
    child.kill("SIGKILL");
    throw new Error(`the homeserver does not start:\n${await readFile(join(this.folder, "server.log"), "utf8")}`);
  }

  /** Stops the server, and forgets all that it stored. */
  async remove() {
    await this.stop();
    await rm(this.folder, { recursive: true });
  }

  /** Makes a user, and logs in its first device. The password needs at least eight characters. */
  async register(user, password) {
    const client = new Client(this.url, {});
    const { nonce } = await client.ask("GET", "/_synapse/admin/v1/register");
    const mac = createHmac("sha1", SHARED_SECRET).update([nonce, user, password, "notadmin"].join("\0")).digest("hex");
    const request = { nonce, username: user, password, admin: false, mac };
    const session = await client.ask("POST", "/_synapse/admin/v1/register", request);
    // The device that comes with it has the same id with every user, which would hide mistakes.
    await new Client(this.url, session).ask("POST", "/_matrix/client/v3/logout", {});
    return this.login(user, password);
  }

  /** Logs in another device of a user. */
  async login(user, password) {
    const request = { type: "m.login.password", identifier: { type: "m.id.user", user }, password };
    return new Client(this.url, await new Client(this.url, {}).ask("POST", "/_matrix/client/v3/login", request));
  }
}

const hasEnded = (child) => child.exitCode !== null || child.signalCode !== null;

/** What Dendrite signs events with, in the form that it reads. */
function signingKey() {
  const seed = randomBytes(32).toString("base64");
  return `-----BEGIN MATRIX PRIVATE KEY-----\nKey-ID: ed25519:test\n\n${seed}\n-----END MATRIX PRIVATE KEY-----\n`;
}

/**
 * An address that is free below the ports that systems hand out by themselves,
 * so that it is still free when the server is started again.
 */
async function freeAddress() {
  for (let attempt = 0; attempt < 100; attempt++) {
    const port = randomInt(20_000, 32_000);
    const probe = createServer().listen(port, "127.0.0.1");
    const [outcome] = await Promise.race([once(probe, "listening").then(() => []), once(probe, "error").catch((error) => [error])]);
    if (outcome) continue;
    probe.close();
    await once(probe, "close");
    return `127.0.0.1:${port}`;
  }
  throw new Error("no port is free");
}
