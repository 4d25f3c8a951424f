import { GoObject } from "mudpuppy/cloudflare";
import module from "./faulty.wasm";

export class Faulty extends GoObject {
  static module = module;
}

export default {
  async fetch(request, env) {
    const { pathname, searchParams } = new URL(request.url);
    try {
      return await env.OBJECT.get(env.OBJECT.idFromName(searchParams.get("name"))).fetch(`http://object${pathname}`);
    } catch (error) {
      return new Response(error.message, { status: 503 });
    }
  },
};
