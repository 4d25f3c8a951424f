// What attachments must do in every engine, with the platform's own encryption and
// without it. Nothing is used here that pages, workers or Node lack.

/**
 * Plays all checks with what the main entry of the package exports, and returns their
 * names, each with the error that it ended in, if any.
 *
 * @param {typeof import("mudpuppy")} mudpuppy whose init was called
 * @param {object[]} vectors those of attachments.json
 * @returns {Promise<{ name: string, error?: string }[]>}
 */
export async function playAttachments(mudpuppy, vectors) {
  const results = [];
  for (const hasSubtle of globalThis.crypto.subtle ? [true, false] : [false]) {
    if (!hasSubtle) Object.defineProperty(crypto, "subtle", { value: undefined, configurable: true });
    for (const [name, check] of Object.entries(checksOf(mudpuppy, vectors))) {
      const result = { name: `${name}, ${hasSubtle ? "with" : "without"} crypto.subtle` };
      try {
        await check();
      } catch (error) {
        result.error = `${error?.stack ?? error} ${error?.cause?.stack ?? ""}`;
      }
      results.push(result);
    }
    if (!hasSubtle) delete crypto.subtle; // that of the prototype comes back
  }
  return results;
}

const MiB = 1 << 20;

/** Lengths around blocks and pieces. */
const lengths = [0, 1, 15, 16, 17, 65_537, (1 << 18) - 1, 1 << 18, (1 << 18) + 1, MiB + 33];

const hashesOfZeros = {
  32: "Zmh6rfhivXdsj8GLjp+OIAiXFIVu4jOzkCpZHQ1fKSU",
  [17 * MiB]: "IkJ/1eJPGYmv772nXI2vdKoCodSyukfa51WyddNdpc8",
};

function checksOf({ decryptAttachment, encryptAttachment, encryptAttachmentStream, MudpuppyError }, vectors) {
  const fails = async (code, promise) => {
    const error = await promise.then((value) => new Error(`no error, but ${value}`), (error) => error);
    if (!(error instanceof MudpuppyError)) throw error;
    equal(error.code, code);
    return error;
  };
  const refused = { hash: "ERR_ATTACHMENT_HASH", version: "ERR_ATTACHMENT_VERSION", algorithm: "ERR_ATTACHMENT_VERSION", "hash length": "ERR_ATTACHMENT_FORMAT" };

  return {
    async "what others have encrypted is read, and what they refuse is refused: bytes, blobs and streams"() {
      for (const { id, file, ciphertext_b64, plaintext_b64, expect, reason } of vectors) {
        const data = fromBase64(ciphertext_b64);
        for (const source of [data, data.buffer, new Blob([data]), new Blob([data]).stream(), streamOf(data, 5)]) {
          if (expect !== "ok") await fails(refused[reason], decryptAttachment(source, file));
          else same(await bytesOf(await decryptAttachment(source, file)), fromBase64(plaintext_b64), id);
        }
      }
    },

    async "files of all lengths come back, whatever they come from"() {
      for (const length of lengths) {
        const plaintext = someBytes(length);
        const { data, file } = await encryptAttachment(new Blob([plaintext]));
        equal(data.size, length);
        equal(data.type, "application/octet-stream");
        equal(file.v, "v2");
        same(await bytesOf(await decryptAttachment(data, file)), plaintext, length);
        const ciphertext = await bytesOf(data);
        same(await decryptAttachment(ciphertext, file), plaintext, length);
        same(await bytesOf(await decryptAttachment(data.stream(), file)), plaintext, length);

        const streamed = encryptAttachmentStream(streamOf(plaintext, 100_001));
        const again = await bytesOf(streamed.data);
        same(await decryptAttachment(again.buffer, await streamed.file), plaintext, length);
        const bytes = await encryptAttachment(plaintext);
        same(await decryptAttachment(bytes.data, bytes.file), plaintext, length);
        if (length > 15 && same.is(bytes.data, ciphertext)) throw new Error("the same key twice");
      }
    },

    async "files that are too long to be taken whole come back"() {
      const plaintext = someBytes(17 * MiB + 5);
      const { data, file } = await encryptAttachment(new Blob([plaintext]));
      same(await bytesOf(await decryptAttachment(data, file)), plaintext);
      const streamed = encryptAttachmentStream(streamOf(plaintext, 1_000_001));
      same(await decryptAttachment(await bytesOf(streamed.data), await streamed.file), plaintext);
    },

    async "T35: keys and IVs are drawn anew, and the low half of the counter begins at zero"() {
      const seen = new Set();
      for (let i = 0; i < 50; i++) {
        const { file } = await encryptAttachment(new Uint8Array(1));
        const iv = fromBase64(file.iv);
        equal(iv.length, 16);
        equal(String(iv.slice(8)), "0,0,0,0,0,0,0,0");
        equal(JSON.stringify([file.key.kty, file.key.alg, file.key.ext, file.key.key_ops, file.url]), '["oct","A256CTR",true,["encrypt","decrypt"],null]');
        for (const secret of [file.iv, file.key.k]) {
          equal(seen.has(secret), false);
          seen.add(secret);
        }
      }
    },

    async "T35: a byte that was changed, dropped or added is noticed, and nothing comes out"() {
      const plaintext = someBytes(1000);
      const { data, file } = await encryptAttachment(plaintext);
      const refuse = async (bytes) => {
        for (const source of [bytes, new Blob([bytes]), streamOf(bytes, 300)]) await fails("ERR_ATTACHMENT_HASH", decryptAttachment(source, file));
      };
      for (let i = 0; i < data.length; i += 111) await refuse(data.map((byte, at) => (at === i ? byte ^ 1 : byte)));
      for (const length of [0, 1, 16, 999]) await refuse(data.slice(0, length));
      await refuse(Uint8Array.of(...data, 0));
      await refuse(data.slice(1));
      same(await decryptAttachment(data, file), plaintext);
    },

    async "T35: a large file that was changed anywhere is noticed"() {
      const { data, file } = await encryptAttachment(new Uint8Array(17 * MiB));
      for (const at of [0, MiB, 17 * MiB - 1]) {
        data[at] ^= 128;
        await fails("ERR_ATTACHMENT_HASH", decryptAttachment(at === MiB ? data : new Blob([data]), file));
        data[at] ^= 128;
      }
      equal((await decryptAttachment(data, file)).length, 17 * MiB);
    },

    async "T35: a file is not read if any of what describes it is wrong"() {
      const { data, file } = await encryptAttachment(someBytes(100));
      const { key } = file;
      const flipped = (text) => (text[5] === "A" ? "B" : "A");
      const flip = (text) => text.slice(0, 5) + flipped(text) + text.slice(6);
      // Nobody can tell another key or IV, since whoever can change these can change the
      // hash: but what comes out is not the file.
      for (const other of [{ ...file, iv: flip(file.iv) }, { ...file, key: { ...key, k: flip(key.k) } }]) {
        equal(same.is(await decryptAttachment(data, other), someBytes(100)), false);
      }
      await fails("ERR_ATTACHMENT_HASH", decryptAttachment(data, { ...file, hashes: { sha256: flip(file.hashes.sha256) } }));
      for (const bad of [
        { ...file, iv: undefined }, { ...file, iv: file.iv.slice(1) }, { ...file, iv: `${file.iv}==` }, { ...file, iv: 5 }, { ...file, iv: `!${file.iv.slice(1)}` },
        { ...file, hashes: {} }, { ...file, hashes: undefined }, { ...file, hashes: { sha1: file.hashes.sha256 } }, { ...file, hashes: { sha256: "" } },
        { ...file, hashes: { sha256: `${file.hashes.sha256}=` } }, { ...file, hashes: { sha256: file.hashes.sha256.slice(1) } },
        { ...file, key: { ...key, k: undefined } }, { ...file, key: { ...key, k: key.k.slice(1) } }, { ...file, key: { ...key, k: `+${key.k.slice(1)}` } }, { ...file, key: { ...key, k: "" } },
        [file], "file", 5, null,
      ]) {
        const error = await fails("ERR_ATTACHMENT_FORMAT", decryptAttachment(data, bad));
        if (`${error.message} ${error.stack}`.includes(key.k)) throw new Error("the key is in an error");
      }
      for (const bad of [
        { ...file, v: "v3" }, { ...file, v: "" }, { ...file, v: 2 }, { ...file, v: null }, { ...file, key: undefined }, {},
        { ...file, key: { ...key, alg: "A128CTR" } }, { ...file, key: { ...key, kty: "RSA" } }, { ...file, key: { ...key, alg: undefined } },
      ]) {
        await fails("ERR_ATTACHMENT_VERSION", decryptAttachment(data, bad));
      }
      await fails("ERR_ARGUMENT", decryptAttachment(data, undefined));
    },

    async "T35: a counter that wraps counts on in its low half, in version 0 in all of it"() {
      const { file } = await encryptAttachment(new Uint8Array(1));
      // What comes out of zeros is the key stream.
      const stream = (iv, v, length) =>
        decryptAttachment(new Uint8Array(length), { ...file, v, iv: toBase64(iv), hashes: { sha256: hashesOfZeros[length] } });
      const start = fromBase64(file.iv);
      for (const v of ["v2", "v1", undefined]) {
        const wrapped = start.slice();
        for (let i = 7; v === undefined && i >= 0 && ++wrapped[i] === 0; i--);
        const want = (await stream(wrapped, v, 32)).slice(0, 16);
        const last = start.slice().fill(255, 8); // wraps after a block
        same((await stream(last, v, 32)).slice(16), want, `${v}, after a block`);
        if (v === "v1") continue; // which counts as v2 does
        const early = start.slice().fill(255, 8, 14).fill(0, 14); // wraps after 65,536 blocks, at the end of a piece
        same((await stream(early, v, 17 * MiB)).slice(MiB, MiB + 16), want, `${v}, after a piece`);
      }
    },

    async "T35: of bytes that change while they are verified, nothing comes out that was not"() {
      const plaintext = someBytes(17 * MiB);
      const { data, file } = await encryptAttachment(plaintext);
      const attempt = async (bytes, change) => {
        const ciphertext = bytes.slice();
        const described = bytes === data ? file : small.file;
        let told = 0;
        const result = decryptAttachment(ciphertext, described, { onProgress: () => ++told === change && ciphertext.fill(0) });
        if (change === 0) ciphertext.fill(0);
        return result.catch((error) => (equal(error.code, "ERR_ATTACHMENT_HASH"), undefined));
      };
      const small = await encryptAttachment(plaintext.slice(0, 3 * MiB));
      for (const change of [0, 1, 5]) {
        const [long, short] = [await attempt(data, change), await attempt(small.data, change)];
        if (long) same(long, plaintext, `after ${change}`);
        if (short) same(short, plaintext.slice(0, 3 * MiB), `after ${change}`);
      }
      // When all was verified, nothing that the caller does matters.
      const ciphertext = data.slice();
      let half = false;
      const onProgress = (done) => {
        if (!half && done >= 17 * MiB / 2) ciphertext.fill(0);
        half ||= done >= 17 * MiB / 2;
      };
      same(await decryptAttachment(ciphertext, file, { onProgress }), plaintext);
      equal(half, true);
    },

    async "progress is told, to its end, whatever is done with it"() {
      const lines = [];
      const logger = { error: (line) => lines.push(line) };
      for (const length of [0, 1, 3 * MiB, 18 * MiB]) {
        for (const source of [new Uint8Array(length), new Blob([new Uint8Array(length)])]) {
          const told = [];
          const onProgress = (done, total) => void told.push([done, total]);
          const { data, file } = await encryptAttachment(source, { onProgress });
          await decryptAttachment(data, file, { onProgress });
          equal(told.filter(([done]) => done === length).length, length === 0 ? told.length : 2);
          for (const [done, total] of told) equal(total === length && done >= 0 && done <= length, true);
          if (length > 16 * MiB && told.length < 10) throw new Error(`told ${told.length} times`);
        }
      }
      const { data, file } = await encryptAttachment(new Uint8Array(100), {
        logger,
        onProgress() {
          throw new Error("on purpose");
        },
      });
      equal(lines.join(), "onProgress has thrown: Error: on purpose");
      equal((await decryptAttachment(data, file, { onProgress() {} })).length, 100);
    },

    async "others have their turn while Go works"() {
      const { port1, port2 } = new MessageChannel();
      let turns = 0;
      port1.onmessage = () => (turns++, port2.postMessage(undefined));
      port2.postMessage(undefined);
      const { data, file } = await encryptAttachment(new Blob([new Uint8Array(17 * MiB)]));
      const whileEncrypting = turns;
      await decryptAttachment(data, file);
      port1.close();
      // Go is given 256 KiB at a time: 68 times for the hash alone, which is made twice.
      if (whileEncrypting < 60 || turns < 120) throw new Error(`only ${whileEncrypting} turns, and ${turns}`);
    },

    async "work is given up when the signal says so: at once, between pieces, and while a stream keeps silent"() {
      const reason = new Error("enough");
      const { data, file } = await encryptAttachment(new Uint8Array(20 * MiB));
      const blob = new Blob([data]);
      for (const begin of [
        (options) => encryptAttachment(data, options), (options) => encryptAttachment(blob, options), (options) => decryptAttachment(blob, file, options),
        (options) => decryptAttachment(data, file, options),
      ]) {
        equal((await fails("ERR_ABORTED", begin({ signal: AbortSignal.abort(reason) }))).cause, reason);
        const controller = new AbortController();
        let calls = 0;
        const onProgress = () => (calls++, controller.abort(reason));
        equal((await fails("ERR_ABORTED", begin({ signal: controller.signal, onProgress }))).cause, reason);
        equal(calls, 1);
      }
      for (const begin of [(source, options) => encryptAttachment(source, options), (source, options) => decryptAttachment(source, file, options)]) {
        let cancelled;
        const hangs = new ReadableStream({ pull: () => new Promise(() => {}), cancel: () => void (cancelled = true) });
        const controller = new AbortController();
        const promise = begin(hangs, { signal: controller.signal });
        setTimeout(() => controller.abort(reason), 20);
        await fails("ERR_ABORTED", promise);
        equal(cancelled, true);
      }
    },

    async "a stream or blob that fails says why"() {
      const { data, file } = await encryptAttachment(new Uint8Array(2 * MiB));
      const cause = new Error("the network is gone");
      const broken = () => {
        let n = 0;
        return new ReadableStream({ pull: (controller) => (n++ < 3 ? controller.enqueue(data.slice(0, 1000)) : controller.error(cause)) });
      };
      equal((await fails("ERR_ATTACHMENT_SOURCE", encryptAttachment(broken()))).cause, cause);
      equal((await fails("ERR_ATTACHMENT_SOURCE", decryptAttachment(broken(), file))).cause, cause);
      const { data: read, file: promised } = encryptAttachmentStream(broken());
      await fails("ERR_ATTACHMENT_SOURCE", bytesOf(read));
      await fails("ERR_ATTACHMENT_SOURCE", promised);
      const texts = new ReadableStream({ pull: (controller) => controller.enqueue("text") });
      await fails("ERR_ARGUMENT", encryptAttachment(texts));
      const locked = streamOf(data, 1000);
      locked.getReader();
      await fails("ERR_ATTACHMENT_SOURCE", encryptAttachment(locked));
      for (const blob of [
        { size: 100, slice: () => ({ arrayBuffer: () => Promise.reject(cause) }) }, { size: 100, slice: () => ({ arrayBuffer: async () => new ArrayBuffer(50) }) },
        { size: 100, slice: () => ({}) }, { size: 100, slice: () => ({ arrayBuffer: () => 100 }) },
      ]) {
        await fails("ERR_ATTACHMENT_SOURCE", encryptAttachment(blob));
        await fails("ERR_ATTACHMENT_SOURCE", decryptAttachment(blob, file));
      }
    },

    async "a stream that is not read any further lets go of its source"() {
      let cancelled;
      const source = new ReadableStream({ pull: (controller) => controller.enqueue(new Uint8Array(MiB)), cancel: () => void (cancelled = true) });
      const { data, file } = encryptAttachmentStream(source);
      const reader = data.getReader();
      await reader.read();
      await reader.cancel("enough");
      await fails("ERR_ABORTED", file);
      equal(cancelled, true);
      const hangs = new ReadableStream({ pull: () => new Promise(() => {}) });
      const hanging = encryptAttachmentStream(hangs);
      const waiting = hanging.data.getReader();
      const read = waiting.read();
      await new Promise((resolve) => setTimeout(resolve, 10));
      await waiting.cancel();
      equal((await read).done, true);
      await fails("ERR_ABORTED", hanging.file);
    },

    async "what is too large is refused before it is held"() {
      const { data, file } = await encryptAttachment(new Uint8Array(3 * MiB));
      const options = { maxBytes: 3 * MiB };
      for (const make of [() => data, () => new Blob([data]), () => streamOf(data, 100_000)]) {
        equal((await bytesOf(await decryptAttachment(make(), file, options))).length, 3 * MiB);
        await fails("ERR_ATTACHMENT_TOO_LARGE", decryptAttachment(make(), file, { maxBytes: 3 * MiB - 1 }));
      }
      let given = 0;
      const endless = new ReadableStream({ pull: (controller) => (given++, controller.enqueue(new Uint8Array(MiB))) });
      await fails("ERR_ATTACHMENT_TOO_LARGE", decryptAttachment(endless, file));
      if (given < 100 || given > 110) throw new Error(`${given} MiB were read`);
      for (const maxBytes of [-1, NaN, "1", {}]) await fails("ERR_ARGUMENT", decryptAttachment(data, file, { maxBytes }));
    },
  };
}

function equal(got, want) {
  if (!Object.is(got, want)) throw new Error(`got ${String(got)}, not ${String(want)}`);
}

function same(got, want, what = "") {
  if (!same.is(got, want)) throw new Error(`${what}: got ${got.length} other bytes than those ${want.length}`);
}
same.is = (a, b) => {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
};

const someBytes = (length) => {
  const bytes = new Uint8Array(length);
  for (let i = 0; i < length; i++) bytes[i] = (i * 31 + (i >> 8) * 7) & 255;
  return bytes;
};

/** A stream of pieces of a size, the last one shorter, with an empty one in between. */
function streamOf(bytes, size) {
  let at = 0;
  return new ReadableStream({
    pull(controller) {
      if (at >= bytes.length) return controller.close();
      controller.enqueue(bytes.slice(at, (at += size)));
      controller.enqueue(new Uint8Array());
    },
  });
}

/** Reads all of a blob or a stream. */
async function bytesOf(data) {
  if (data instanceof Uint8Array) return data;
  const parts = [];
  for (const reader = (data.stream?.() ?? data).getReader(); ; ) {
    const { done, value } = await reader.read();
    if (done) return new Uint8Array(await new Blob(parts).arrayBuffer());
    parts.push(value);
  }
}

const fromBase64 = (text) => Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
const toBase64 = (bytes) => btoa(String.fromCharCode(...bytes)).replaceAll("=", "");
