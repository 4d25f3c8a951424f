// A WebAssembly module as what it writes to memory when it starts, and all else.

const DATA = 11;
const DATA_COUNT = 12;
const I32_CONST = 0x41;
const END = 0x0b;

/** So many zeros between two pieces of data are worth an entry of their own. */
const GAP = 32;

export class Module {
  #before; // the sections before that of the data
  #after;

  /** What is in memory at the start. What is zero may be written, but need not be. */
  memory;

  constructor(wasm) {
    const reader = new Reader(wasm, 8);
    while (!reader.atEnd()) {
      const start = reader.position;
      const id = reader.byte();
      const end = reader.number() + reader.position;
      if (id === DATA_COUNT) throw new Error("the module counts its data");
      if (id === DATA) {
        this.#before = wasm.subarray(0, start);
        this.#after = wasm.subarray(end);
        this.memory = readData(reader);
      }
      reader.position = end;
    }
    if (!this.memory) throw new Error("the module has no data");
  }

  encode() {
    const pieces = [...piecesOf(this.memory)];
    const parts = pieces.flatMap(([start, end]) => [
      Uint8Array.of(0, I32_CONST, ...signed(start), END, ...unsigned(end - start)),
      this.memory.subarray(start, end),
    ]);
    const content = Buffer.concat([Uint8Array.from(unsigned(pieces.length)), ...parts]);
    return Buffer.concat([this.#before, Uint8Array.of(DATA, ...unsigned(content.length)), content, this.#after]);
  }
}

class Reader {
  #bytes;
  position;

  constructor(bytes, position) {
    this.#bytes = bytes;
    this.position = position;
  }

  atEnd() {
    return this.position >= this.#bytes.length;
  }

  byte() {
    return this.#bytes[this.position++];
  }

  expect(byte) {
    if (this.byte() !== byte) throw new Error("the data are laid out in an unknown way");
  }

  take(length) {
    this.position += length;
    return this.#bytes.subarray(this.position - length, this.position);
  }

  /** A number in LEB128, below 2^32. */
  number() {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = this.byte();
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
  }
}

function readData(reader) {
  const pieces = [];
  for (let n = reader.number(); n > 0; n--) {
    reader.expect(0);
    reader.expect(I32_CONST);
    const start = reader.number();
    reader.expect(END);
    pieces.push([start, reader.take(reader.number())]);
  }
  const memory = Buffer.alloc(Math.max(...pieces.map(([start, bytes]) => start + bytes.length)));
  for (const [start, bytes] of pieces) memory.set(bytes, start);
  return memory;
}

/** Where memory is not zero, as ranges, with gaps that are too short left in. */
function* piecesOf(memory) {
  for (let i = 0; i < memory.length; ) {
    while (memory[i] === 0) i++;
    if (i >= memory.length) return;
    const start = i;
    let end = i;
    for (; i < memory.length && i - end < GAP; i++) if (memory[i] !== 0) end = i + 1;
    yield [start, end];
    i = end;
  }
}

function unsigned(n) {
  const bytes = [];
  for (; n >= 0x80; n = Math.floor(n / 0x80)) bytes.push((n % 0x80) + 0x80);
  return [...bytes, n];
}

/** A number that is not negative, with room for its sign. */
function signed(n) {
  const bytes = unsigned(n);
  const last = bytes.length - 1;
  return bytes[last] < 0x40 ? bytes : [...bytes.slice(0, last), bytes[last] + 0x80, 0];
}
