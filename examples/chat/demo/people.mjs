// The homeserver of the demo, and the people on it.
import { randomBytes } from "node:crypto";
import { Client } from "../../../internal/testserver/client.mjs";
import { findServer, startServer } from "../../../internal/testserver/server.mjs";

/** Opens the homeserver that is given, or starts one here. */
export async function openServer(address, say) {
  if (address) {
    const url = (/^https?:\/\//.test(address) ? address : `https://${address}`).replace(/\/+$/, "");
    const answer = await fetch(`${url}/_matrix/client/versions`).catch(() => undefined);
    if (!answer?.ok) throw new Error(`there is no Matrix homeserver at ${url}, or it cannot be reached`);
    say(`The homeserver is ${url}.`);
    return new OtherServer(url);
  }
  if (!(await findServer())) throw new Error("the sources of the homeserver cannot be downloaded; give the address of one: make demo HOMESERVER=https://…");
  say("Starting a homeserver: Dendrite, with its databases in a temporary directory");
  const server = await startServer();
  say(`  it listens on ${server.url}, for this machine only`);
  return {
    url: server.url,
    folder: server.folder,
    async person(name) {
      const password = randomBytes(9).toString("base64url");
      await server.register(name, password);
      return { name, password };
    },
    close: () => server.remove(),
  };
}

/** A homeserver that was there before. */
class OtherServer {
  constructor(url) {
    this.url = url;
  }

  /** The person that ALICE=name:password gives, or a new one. */
  async person(name) {
    const [user, ...password] = process.env[name.toUpperCase()]?.split(":") ?? [];
    if (user) return { name: user, password: password.join(":") };
    return this.#register(`${name}-${randomBytes(4).toString("hex")}`);
  }

  async #register(name) {
    const password = randomBytes(15).toString("base64url");
    const client = new Client(this.url, {});
    const register = (auth) => client.send("POST", "/_matrix/client/v3/register", JSON.stringify({ username: name, password, inhibit_login: true, auth }));
    let answer = await register();
    if (answer.status === 401) answer = await register({ type: "m.login.dummy", session: JSON.parse(answer.body).session });
    if (answer.status === 200) return { name, password };
    const why = JSON.parse(answer.body).error ?? "it asks for more than a name and a password";
    throw new Error(`${this.url} registers nobody by itself (${why}); give two accounts: ALICE=name:password BOB=name:password`);
  }

  close() {}
}
