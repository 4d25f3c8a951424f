// What a page speaks to that is visited: it serves the page, compressed, and is its
// homeserver, with somebody who has written a message. The pages of the contestants ask
// for no more than they need; the chat speaks the protocol of Matrix.

import { serve } from "../../web/test/serve.mjs";
import { Homeserver } from "../machine/homeserver.mjs";
import { Peer } from "../machine/peer.mjs";
import { syncWith } from "../machine/steps.mjs";
import { DEVICE } from "../machine/user.mjs";

export const visitor = { userId: "@visitor:example.org", deviceId: DEVICE };

const WRITER = "@peer:example.org";
const ROOM = "!visit:example.org";

/** Serves the files of a page for one visit: { name: { body, type } }, all of them with brotli. */
export async function serveVisit(files, olm) {
  const world = new World(olm);
  const matrix = matrixOf(world);
  const served = Object.entries(files).map(([name, { body, type }]) =>
    [`/${name}`, { body, headers: { "content-type": type, "content-encoding": "br", "cache-control": "max-age=3600" } }]);
  return serve({
    "/request": { answer: async ({ body }) => Response.json(world.answer(JSON.parse(body))) },
    "/sync": { answer: async () => Response.json({ room: ROOM, sync: await world.keyOfRoom(), event: world.event }) },
    "/_matrix/client/": { answer: matrix },
    ...Object.fromEntries(served),
  });
}

/** Those who are there besides the visitor: a homeserver, and somebody who writes. */
class World {
  #homeserver;
  #olm;
  #writer;
  #session;
  #device;
  #uploaded;
  #isUploaded = new Promise((resolve) => (this.#uploaded = resolve));

  constructor(olm) {
    this.#olm = olm;
    this.#homeserver = new Homeserver(olm);
    this.#writer = this.#homeserver.addUser(WRITER);
  }

  /** The answer to a request of the visitor's device. */
  answer(request) {
    const answer = this.#homeserver.answer(visitor.userId, request);
    if (request.body.device_keys && request.kind === "keys_upload") {
      const { keys } = request.body.device_keys;
      this.#device = { userId: visitor.userId, curve25519: keys[`curve25519:${DEVICE}`], ed25519: keys[`ed25519:${DEVICE}`] };
      this.#uploaded();
    }
    return answer;
  }

  /** A sync that brings the key of the room, as soon as the visitor has keys of its own to encrypt it with. */
  async keyOfRoom() {
    await this.#isUploaded;
    const peer = new Peer(this.#olm, this.#writer, this.#device, this.#homeserver.oneTimeKey(visitor.userId));
    this.#session = peer.newSession();
    const key = peer.roomKey(ROOM, this.#session);
    this.event = peer.event(ROOM, this.#session);
    return syncWith([key]);
  }
}

const state = (type, content, key = "", sender = WRITER) =>
  ({ type, state_key: key, content, sender, event_id: `$${type}${key}`, origin_server_ts: 1 });

/** The room, as the chat hears of it, with a message in it. */
const roomWith = (event) => ({
  state: {
    events: [
      state("m.room.create", {}),
      state("m.room.name", { name: "Pond" }),
      state("m.room.encryption", { algorithm: "m.megolm.v1.aes-sha2" }),
      ...[WRITER, visitor.userId].map((user) => state("m.room.member", { membership: "join" }, user, user)),
    ],
  },
  timeline: { events: [event], prev_batch: "begin" },
});

/** A homeserver as far as the chat needs one to log in and to read. */
function matrixOf(world) {
  const login = { user_id: visitor.userId, device_id: visitor.deviceId, access_token: "token" };
  const empty = { next_batch: "empty", device_one_time_keys_count: {} };
  const sync = async (since) => {
    if (!since) return empty;
    if (since !== "empty") return new Promise(() => {}); // nothing is new
    const key = await world.keyOfRoom();
    return { ...key, rooms: { join: { [ROOM]: roomWith(world.event) } } };
  };
  const answers = {
    "GET versions": () => ({ versions: ["v1.11"] }),
    "GET v3/login": () => ({ flows: [{ type: "m.login.password" }] }),
    "POST v3/login": () => login,
    "GET v3/sync": (_, query) => sync(query.get("since")),
    "POST v3/keys/upload": (body) => world.answer({ kind: "keys_upload", body }),
    "POST v3/keys/query": (body) => world.answer({ kind: "keys_query", body }),
    "POST v3/keys/claim": (body) => world.answer({ kind: "keys_claim", body }),
  };
  return async ({ method, url, body }) => {
    const { pathname, searchParams } = new URL(url, "http://localhost");
    const answer = answers[`${method} ${pathname.replace("/_matrix/client/", "")}`] ?? (() => ({}));
    return Response.json(await answer(body ? JSON.parse(body) : {}, searchParams));
  };
}
