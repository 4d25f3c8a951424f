// A Worker that is a test program in Go: it runs in a Durable Object, which lends it
// the stores, its storage and a D1 database.
import { d1Store, durableStore } from "mudpuppy/cloudflare";
import { loadGo } from "../../../web/build/go-runtime.js";
import module from "./test.wasm";

export class Test {
  constructor(state, env) {
    this.context = { storage: state.storage, DB: env.DB };
  }

  async fetch(request) {
    const { args, env } = await request.json();
    const { readable, writable } = new TextEncoderStream();
    const writer = writable.getWriter();
    void this.run(args, env, (text) => writer.write(text)).then((code) => {
      void writer.write(`\n${code}`);
      void writer.close();
    });
    return new Response(readable);
  }

  /** Runs the program to its end, and returns its code. */
  run(args, env, write) {
    return new Promise((resolve, reject) => {
      const scope = { mudpuppy: { durableStore, d1Store }, context: this.context };
      const go = new (loadGo(new Proxy(scope, { get: (own, name) => own[name] ?? globalThis[name] })))();
      const decoder = new TextDecoder();
      scope.fs.writeSync = (_, bytes) => {
        void write(decoder.decode(bytes.slice(), { stream: true }));
        return bytes.length;
      };
      go.argv = ["test", ...args];
      go.env = env;
      go.exit = resolve;
      go.run(new WebAssembly.Instance(module, go.importObject)).catch(reject);
    });
  }
}

export default {
  fetch: (request, env) => env.TEST.get(env.TEST.newUniqueId()).fetch(request),
};
