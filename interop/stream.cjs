"use strict";

// The endless bytes that internal/testrand.Stream makes of the same seed:
// SHA-256(seed || counter), both as 64 bits, big-endian.

const { createHash } = require("node:crypto");

module.exports = class Stream {
  #seed;
  #counter = 0n;
  #rest = Buffer.alloc(0);

  constructor(seed) {
    this.#seed = BigInt(seed);
  }

  read(n) {
    const blocks = [this.#rest];
    for (let have = this.#rest.length; have < n; have += 32) blocks.push(this.#block());
    const all = Buffer.concat(blocks);
    this.#rest = all.subarray(n);
    return all.subarray(0, n);
  }

  #block() {
    const input = Buffer.alloc(16);
    input.writeBigUInt64BE(this.#seed, 0);
    input.writeBigUInt64BE(this.#counter++, 8);
    return createHash("sha256").update(input).digest();
  }
};
