// Puts flags for V8 into a configuration of workerd, from standard input to standard
// output. miniflare has no option for them.
//
// There is one that workerd needs on a machine with two processors, where V8 has one
// thread beside the main one. It hangs there now and then: the thread waits until the
// main thread collects the garbage of one isolate, while the main thread goes round and
// round in its tasks until the thread has swept another one. Where the main thread sweeps
// by itself, none waits for the other. What the tests look at is not touched by it.
//
// The configuration is a message of Cap'n Proto: the number of its segments less one and
// their lengths, in words of 8 bytes, and then the segments. The first begins with a
// pointer to the struct Config of workerd.capnp, whose third pointer is the list v8Flags.
//
// https://capnproto.org/encoding.html
import { fileURLToPath } from "node:url";

const WORD = 8;
const V8_FLAGS = 2; // the place of the pointer in Config
const [STRUCT, LIST] = [0, 1];
const [OF_BYTES, OF_POINTERS] = [2, 6]; // what a list is of

/** Returns a message with flags, of which it has none. */
export function withFlags(message, flags) {
  const segments = message.readUInt32LE(0) + 1;
  const root = Math.ceil((1 + segments) / 2) * WORD;
  const words = message.readUInt32LE(4);
  const end = root + words * WORD; // of the first segment, to which the list is added
  const at = pointerIn(message, root);

  const texts = flags.map((flag) => Buffer.from(`${flag}\0`));
  const pointers = Buffer.alloc(flags.length * WORD);
  const parts = [pointers];
  let place = pointers.length;
  texts.forEach((text, i) => {
    writeList(pointers, i * WORD, place, OF_BYTES, text.length);
    const padded = Buffer.concat([text], Math.ceil(text.length / WORD) * WORD);
    parts.push(padded);
    place += padded.length;
  });

  const first = Buffer.from(message.subarray(0, end));
  first.writeUInt32LE(words + place / WORD, 4);
  writeList(first, at, end, OF_POINTERS, flags.length);
  return Buffer.concat([first, ...parts, message.subarray(end)]);
}

/** Finds where the pointer to the flags is. */
function pointerIn(message, root) {
  const pointer = message.readInt32LE(root);
  const [data, pointers] = [message.readUInt16LE(root + 4), message.readUInt16LE(root + 6)];
  const at = root + WORD * (1 + (pointer >> 2) + data + V8_FLAGS);
  if ((pointer & 3) !== STRUCT || pointers <= V8_FLAGS || message.readBigUInt64LE(at) !== 0n) {
    throw new Error("the configuration of workerd is not as it was when this was written");
  }
  return at;
}

/** Writes a pointer to a list: where it is from the pointer's end, of what, and of how many. */
function writeList(buffer, at, place, of, count) {
  buffer.writeInt32LE(((place - at - WORD) / WORD) << 2 | LIST, at);
  buffer.writeUInt32LE(count << 3 | of, at + 4);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const parts = [];
  for await (const part of process.stdin) parts.push(part);
  process.stdout.write(withFlags(Buffer.concat(parts), process.argv.slice(2)));
}
