// Randomness that can be repeated: MUDPUPPY_SEED, or one that is drawn, and in
// either case printed. MUDPUPPY_COUNT says how often the tests are repeated.

/** A generator of 32-bit numbers (SplitMix32). */
export class Random {
  #state;

  constructor(seed) {
    this.#state = seed >>> 0;
  }

  uint32() {
    this.#state = (this.#state + 0x9e3779b9) >>> 0;
    let z = this.#state;
    z = Math.imul(z ^ (z >>> 16), 0x21f0aaad);
    z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
    return (z ^ (z >>> 15)) >>> 0;
  }

  /** A number from 0 to n-1. */
  below(n) {
    return this.uint32() % n;
  }

  chance(percent) {
    return this.below(100) < percent;
  }

  pick(list) {
    return list[this.below(list.length)];
  }

  bytes(length) {
    return Uint8Array.from({ length }, () => this.below(256));
  }

  text() {
    const alphabet = ["a", "B", "7", " ", "\n", '"', "é", "€", "🐟"];
    return Array.from({ length: this.pick([0, 1, 15, 16, 17, this.below(300)]) }, () => this.pick(alphabet)).join("");
  }
}

export const seed = Number(process.env.MUDPUPPY_SEED || crypto.getRandomValues(new Uint32Array(1))[0]);

export const count = (usual) => Number(process.env.MUDPUPPY_COUNT || usual);
