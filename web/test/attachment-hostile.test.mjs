// T17 at the border, for files: whatever JavaScript passes, it gets a result or a typed
// error, and nothing is left in the buffers.
import assert from "node:assert/strict";
import { test } from "node:test";
import { decryptAttachment, encryptAttachment, encryptAttachmentStream, init, MudpuppyError } from "mudpuppy";
import { anything, count, one, random, seed, shared, thrower } from "./hostile-values.mjs";
import { go, memory, start } from "./inside.mjs";

const getter = (name) => Object.defineProperty({ size: 10 }, name, { get: thrower });
const withMethod = (result) => ({ size: 100, slice: () => result });
const reading = (read, cancel = () => {}) => ({ getReader: () => ({ read, cancel }) });
let given = 0;

const sources = [
  ...anything,
  () => getter("slice"), () => getter("getReader"), () => ({ getReader: thrower }), () => ({ getReader: () => undefined }), () => ({ size: -1, slice: () => {} }),
  () => ({ size: 1e15, slice: () => new Blob([]) }), () => withMethod(undefined), () => withMethod({ arrayBuffer: thrower }), () => withMethod({ arrayBuffer: () => 1e9 }),
  () => withMethod({ arrayBuffer: async () => new SharedArrayBuffer(100) }), () => withMethod(new Blob(["x".repeat(100)])), () => withMethod(new Blob(["x"])),
  () => reading(thrower), () => reading(() => undefined), () => reading(() => null, thrower), () => reading(async () => ({ done: false, value: one(anything)() })),
  () => reading(() => ({ get done() { return thrower(); } })), () => reading(() => ({ done: true })), () => reading(() => Promise.reject(undefined)),
  () => reading(async () => (given++ % 5 ? { done: false, value: shared(100) } : { done: true })),
  () => new Blob(["text"]), () => new Blob(["text"]).stream(), () => new Uint8Array(300_000), () => shared(300_000), () => new ReadableStream({ pull: thrower }),
  () => new ReadableStream({ pull: (controller) => controller.close() }), () => new Blob([new Uint8Array(300_000)]),
];
const options = (own) => [
  ...own,
  () => ({}), () => undefined, () => undefined, () => ({ onProgress: thrower }), () => ({ onProgress: thrower, logger: { error: thrower } }), () => ({ onProgress: thrower, logger: 5 }),
  () => ({ signal: AbortSignal.abort() }), () => ({ signal: { addEventListener: thrower, removeEventListener: thrower } }), () => ({ signal: one(anything)() }),
  () => ({ signal: { addEventListener() {}, removeEventListener() {}, get aborted() { return thrower(); } } }),
  () => ({ get signal() { return thrower(); } }), () => ({ maxBytes: one(anything)() }), () => ({ maxBytes: 9 }), () => ({ maxBytes: 9 }), () => ({ onProgress: one(anything)() }), () => ({ onProgress() {} }),
];

function input() {
  const layout = new DataView(go.mem.buffer, go.bridge_layout());
  return memory().subarray(layout.getUint32(0, true), layout.getUint32(0, true) + layout.getUint32(4, true));
}

test(`T17: anything may be passed where a file is due (seed ${seed}, ${count} calls)`, async () => {
  await start({ init });
  const { data, file } = await encryptAttachment(new Uint8Array(1000));
  const files = [
    ...anything, () => file, () => ({ ...file }), () => ({ ...file, v: one(anything)() }), () => ({ ...file, iv: one(anything)() }), () => ({ ...file, key: one(anything)() }),
    () => ({ ...file, key: { ...file.key, k: one(anything)() } }), () => ({ ...file, hashes: one(anything)() }), () => ({ ...file, hashes: { sha256: one(anything)() } }),
    () => ({ toJSON: thrower }), () => ({ toJSON: () => file }), () => getter("key"),
  ];
  const given = [...sources, () => data, () => new Blob([data])];
  const all = options(anything);
  const calls = {
    encrypt: () => encryptAttachment(one(given)(), one(all)()),
    decrypt: () => decryptAttachment(one(given)(), random(2) ? file : one(files)(), one(all)()),
    async stream() {
      const { data, file } = encryptAttachmentStream(one(given)(), one(all)());
      const reader = data.getReader();
      if (!random(4)) await reader.cancel(one(anything)());
      while (!(await reader.read()).done);
      await file;
    },
  };
  const { subtle } = crypto;
  const outcomes = new Map();
  for (let i = 0; i < count; i++) {
    const [name, call] = one(Object.entries(calls));
    const hidden = random(2) === 0;
    if (hidden) Object.defineProperty(crypto, "subtle", { value: undefined, configurable: true });
    let outcome = "result";
    try {
      await call();
    } catch (error) {
      assert.ok(error instanceof MudpuppyError, `call ${i}, ${name}, threw ${error?.stack ?? String(error)}`);
      assert.ok(!["ERR_INTERNAL", "ERR_CRASHED", "ERR_FAULT"].includes(error.code), `call ${i}, ${name}: ${error.code} ${error.message}`);
      outcome = error.code;
    }
    if (hidden) delete crypto.subtle;
    assert.ok(input().every((byte) => byte === 0), `call ${i}, ${name}, left something in the input`);
    outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
  }
  for (const code of ["result", "ERR_ARGUMENT", "ERR_ABORTED", "ERR_ATTACHMENT_SOURCE", "ERR_ATTACHMENT_HASH", "ERR_ATTACHMENT_FORMAT", "ERR_ATTACHMENT_VERSION", "ERR_ATTACHMENT_TOO_LARGE"]) {
    assert.ok(outcomes.has(code), `never ${code}`);
  }
  assert.equal(crypto.subtle, subtle);
  assert.equal(go.bridge_objects(), 0, "objects are left in Go");
  assert.equal((await decryptAttachment(data, file)).length, 1000);
});
