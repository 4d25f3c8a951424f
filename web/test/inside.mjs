// A look inside the running program, which init hides: import this file and
// call start() before anything else loads the program.
import { init } from "mudpuppy/olm";

/** The exports of the running program. */
export let go;

/** What Go asks its host by, in the midst of a call: `spy.before` is told the name and arguments of each question. */
export const spy = { before: undefined };

/** All that was drawn at random, in order, since the program was started. */
export const drawn = [];

/** Starts the program, or another one, by another entry's init. Without the vector kernel the portable code for AES runs. */
export async function start({ kernel = true, init: begin = init, ...from } = {}) {
  const { instantiate, validate } = WebAssembly;
  WebAssembly.instantiate = async (source, imports) => {
    for (const [name, ask] of Object.entries(imports.mudpuppy ?? {})) {
      imports.mudpuppy[name] = (...args) => {
        spy.before?.(name, args);
        return ask(...args);
      };
    }
    const made = await instantiate(source, imports);
    if (made.exports?.mem) go = made.exports;
    return made;
  };
  if (!kernel) WebAssembly.validate = () => false;
  const draw = crypto.getRandomValues.bind(crypto);
  crypto.getRandomValues = (array) => {
    draw(array);
    drawn.push(Buffer.from(array));
    return array;
  };
  await begin(from);
  Object.assign(WebAssembly, { instantiate, validate });
}

/** Go's memory: its globals, heap, stacks and buffers. */
export const memory = () => new Uint8Array(go.mem.buffer);

/** Calls f, and look at Go's first question of a name meanwhile. */
export function during(question, f, look) {
  let seen = false;
  spy.before = (name, args) => {
    if (name !== question || seen) return;
    seen = true;
    look(args);
  };
  try {
    return f();
  } finally {
    spy.before = undefined;
    if (!seen) throw new Error(`Go never asked for ${question}`);
  }
}
