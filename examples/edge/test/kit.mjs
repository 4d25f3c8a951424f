// What the tests of the bot have in common.
import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { fileURLToPath } from "node:url";
import { missing as noPeer } from "../../../internal/testserver/peer/start.mjs";
import { findServer, password } from "../../../internal/testserver/server.mjs";
import { missing as noWorker, startWorker } from "../../../internal/testworker/worker.mjs";

const path = (relative) => fileURLToPath(new URL(relative, import.meta.url));
const noServer = (await findServer()) ? false : "there is no homeserver: the sources of Dendrite cannot be downloaded";

/** Why the tests cannot run here, or false. */
export const skip = noPeer || noWorker || noServer;

/** Builds the bot, and starts the Worker with accounts by name. */
export async function startBots(accounts, options = {}) {
  execFileSync(process.execPath, [path("../build.mjs")], { stdio: ["ignore", "ignore", "inherit"] });
  return startWorker({
    entry: path("../worker.ts"),
    durableObjects: { BOT: { className: "Bot", useSQLite: true } },
    bindings: bindingsOf(accounts),
    ...options,
  });
}

/** What the Worker is told of its accounts. */
export function bindingsOf(accounts) {
  return Object.fromEntries(Object.entries(accounts).map(([name, config]) => [`BOT_${name}`, JSON.stringify(config)]));
}

/** Makes an account, and what its bot is told of it. */
export async function account(server, user, options) {
  const { userId, deviceId, accessToken } = await server.register(user, password);
  const [key, secret] = [randomBytes(32).toString("base64"), randomBytes(16).toString("hex")];
  return { homeserver: server.url, user_id: userId, device_id: deviceId, access_token: accessToken, key, secret, ...options };
}

/** Posts to a hook, and returns the status and what the answer says. */
export async function post(worker, { secret }, where, body, headers = {}) {
  const response = await worker.fetch(where, { method: "POST", body, headers: { authorization: `Bearer ${secret}`, ...headers } });
  const text = await response.text();
  return { status: response.status, ...(text.startsWith("{") ? JSON.parse(text) : { text }) };
}

/** The path of a room's hook. */
export const hook = (room) => `/hooks/${encodeURIComponent(room)}`;

/** Waits until a condition gives something, and returns that. */
export async function until(what, condition, limit = 60_000) {
  for (const end = Date.now() + limit; Date.now() < end; await new Promise((resolve) => setTimeout(resolve, 100))) {
    const result = await condition();
    if (result) return result;
  }
  throw new Error(`after ${limit / 1000} s, still not: ${what}`);
}
