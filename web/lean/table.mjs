// Go's table of functions, in the memory of a program.

/** The header: its magic number since Go 1.20, and the sizes of instructions and of pointers. */
const MAGIC = Uint8Array.of(0xf1, 0xff, 0xff, 0xff, 0, 0, 1, 8);

// In the header, after the magic number.
const header = { functions: 8, names: 32, units: 40, files: 48, offsets: 56, functionTable: 64 };

// In the entry of a function.
const entry = { name: 4, file: 20, line: 24, tables: 28, unit: 32, startLine: 36, moreTables: 44 };

/** The runtime asks for these names, and of all others only whether they are its own. */
const asked = new Set(["reflect.makeFuncStub", "reflect.methodValueCall"]);

export class Table {
  #memory;
  #parts; // where they begin

  constructor(memory) {
    this.#memory = memory;
    const start = memory.indexOf(MAGIC);
    if (start < 0 || memory.indexOf(MAGIC, start + 1) >= 0) throw new Error("the table of functions is not found, or looks otherwise");
    const at = (offset) => Number(memory.readBigUInt64LE(start + offset));
    this.count = at(header.functions);
    const part = (offset) => start + at(offset);
    this.#parts = Object.fromEntries(["names", "units", "files", "offsets", "functionTable"].map((name) => [name, part(header[name])]));
    const { names, units, files, offsets, functionTable } = this.#parts;
    if (!(start < names && names < units && units <= files && files < offsets && offsets < functionTable)) {
      throw new Error("the parts of the table of functions stand in another order");
    }
  }

  /** The addresses of the functions' entries. */
  *#entries() {
    const { functionTable } = this.#parts;
    for (let i = 0; i < this.count; i++) {
      yield functionTable + this.#memory.readUInt32LE(functionTable + 8 * i + 4);
    }
  }

  #nameAt(offset) {
    const start = this.#parts.names + offset;
    return this.#memory.toString("latin1", start, this.#memory.indexOf(0, start));
  }

  /** Gives all functions as few names as the runtime can do with. */
  dropNames() {
    const { names, units } = this.#parts;
    const kept = new Map([["", 0]]);
    let text = "\0";
    const offsetOf = (name) => {
      const short = name.startsWith("runtime.") ? "runtime." : asked.has(name) ? name : "_";
      if (!kept.has(short)) {
        kept.set(short, text.length);
        text += `${short}\0`;
      }
      return kept.get(short);
    };
    for (const at of this.#entries()) {
      this.#memory.writeInt32LE(offsetOf(this.#nameAt(this.#memory.readInt32LE(at + entry.name))), at + entry.name);
    }
    this.#memory.fill(0, names, units).write(text, names, "latin1");
  }

  /** Has no instruction come from any line. */
  dropLines() {
    const { units, offsets, functionTable } = this.#parts;
    const used = new Uint8Array(functionTable - offsets);
    for (const at of this.#entries()) {
      for (const field of [entry.file, entry.line, entry.unit, entry.startLine]) this.#memory.writeUInt32LE(0, at + field);
      for (const table of this.#tablesOf(at)) this.#mark(used, table);
    }
    this.#memory.fill(0, units, offsets); // the names of files
    for (let i = 0; i < used.length; i++) if (!used[i]) this.#memory[offsets + i] = 0;
  }

  /** The tables of a function that say something for each of its instructions, besides its lines. */
  *#tablesOf(at) {
    yield this.#memory.readUInt32LE(at + 16); // how much of the stack is in use
    const count = this.#memory.readUInt32LE(at + entry.tables);
    for (let i = 0; i < count; i++) yield this.#memory.readUInt32LE(at + entry.moreTables + 4 * i);
  }

  /** Marks the bytes of a table: pairs of numbers in LEB128, the first of which is not 0 but for the first pair. */
  #mark(used, table) {
    if (table === 0) return; // there is none
    const start = this.#parts.offsets + table;
    let i = start;
    const number = () => {
      let byte;
      let some = 0;
      do some |= (byte = this.#memory[i++]) & 0x7f;
      while (byte >= 0x80);
      return some;
    };
    for (let first = true; number() !== 0 || first; first = false) number();
    used.fill(1, table, table + i - start);
  }
}
