// The Worker in front of the bots: it finds the object of an account, and hands the
// request on. All else is Go.
import { GoObject } from "mudpuppy/cloudflare";
import module from "./build/bot.wasm";

/** One account, with its device: see main_js.go. */
export class Bot extends GoObject {
  static override module = module;
}

interface Env {
  BOT: { getByName(name: string): { fetch(request: Request): Promise<Response> } };
  /** BOT_NAME holds the configuration of the account of that name. */
  [secret: `BOT_${string}`]: string;
}

export default {
  /** Requests for /NAME/… are the account NAME's, all others that of the name MAIN. */
  async fetch(request: Request, env: Env): Promise<Response> {
    const url = new URL(request.url);
    const [, first = "", rest = ""] = /^\/([^/]*)(\/.*)?$/.exec(url.pathname) ?? [];
    const isNamed = first !== "" && first !== "hooks";
    const name = isNamed ? first : "MAIN";
    if (typeof env[`BOT_${name}`] !== "string") return new Response("there is no such bot\n", { status: 404 });
    if (isNamed) url.pathname = rest || "/";
    const handed = new Request(url, request);
    handed.headers.set("bot-name", name);
    try {
      return await env.BOT.getByName(name).fetch(handed);
    } catch {
      return new Response("the bot has ended: try again\n", { status: 503, headers: { "retry-after": "1" } });
    }
  },
};
