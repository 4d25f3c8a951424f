// Reads just enough of a WebAssembly module to say what its bytes are for.
// https://webassembly.github.io/spec/core/binary/modules.html

const SECTIONS = [
  "custom", "type", "import", "function", "table", "memory", "global",
  "export", "start", "element", "code", "data", "data count",
];

const HEADER = 8; // magic number and version
const IMPORT = 2;
const CODE = 10;
const FUNCTION_NAMES = 1; // the subsection of the name section

/** A reader of the numbers and strings that a module is made of. */
class Reader {
  constructor(bytes, at = 0) {
    this.bytes = bytes;
    this.at = at;
  }

  /** An unsigned number in LEB128. */
  number() {
    let value = 0;
    for (let factor = 1; ; factor *= 128) {
      const byte = this.bytes[this.at++];
      value += (byte & 127) * factor;
      if (byte < 128) return value;
    }
  }

  take(length) {
    this.at += length;
    return this.bytes.subarray(this.at - length, this.at);
  }

  string() {
    return new TextDecoder().decode(this.take(this.number()));
  }

  get done() {
    return this.at >= this.bytes.length;
  }
}

/** The sections of a module, as { id, name, size, content }, custom ones under their own names. */
export function sections(module) {
  const reader = new Reader(module, HEADER);
  const found = [];
  while (!reader.done) {
    const begin = reader.at;
    const id = reader.number();
    const content = reader.take(reader.number());
    const name = id === 0 ? new Reader(content).string() : SECTIONS[id];
    found.push({ id, name, size: reader.at - begin, content });
  }
  return found;
}

/** The functions of a module that has a name section, as { name, size }. */
export function functions(module) {
  const all = sections(module);
  const names = functionNames(all.find(({ name }) => name === "name").content);
  const code = new Reader(all.find(({ id }) => id === CODE).content);
  const first = importedFunctions(all.find(({ id }) => id === IMPORT).content);
  return Array.from({ length: code.number() }, (_, i) => {
    const begin = code.at;
    code.take(code.number());
    return { name: names.get(first + i) ?? "", size: code.at - begin };
  });
}

function functionNames(content) {
  const reader = new Reader(content);
  reader.string(); // "name"
  while (!reader.done) {
    const kind = reader.number();
    const part = new Reader(reader.take(reader.number()));
    if (kind !== FUNCTION_NAMES) continue;
    return new Map(Array.from({ length: part.number() }, () => [part.number(), part.string()]));
  }
  return new Map();
}

/** How many functions are imported; they take the first numbers. Go imports nothing else. */
const importedFunctions = (content) => new Reader(content).number();
