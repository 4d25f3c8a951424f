import type { TableInspection } from "./types.js";

/** Counts the records of a table. */
export class Tally {
  readonly #table: string;
  readonly #indexes: Map<string, { records: number; texts: Set<string> }>;
  #records = 0;
  #bytes = 0;
  #largest = 0;
  #keyBytes = 0;
  broken = 0;

  constructor(table: string, indexes: readonly string[]) {
    this.#table = table;
    this.#indexes = new Map(indexes.map((index) => [index, { records: 0, texts: new Set() }]));
  }

  /** Counts a record: its key, how long its value is, and its texts by index. */
  add(key: string, bytes: number, texts: Readonly<Record<string, unknown>>): void {
    this.#records++;
    this.#bytes += bytes;
    this.#largest = Math.max(this.#largest, bytes);
    this.#keyBytes += new TextEncoder().encode(key).length;
    for (const [index, use] of this.#indexes) {
      const text = texts[index];
      if (typeof text !== "string" || text === "") continue;
      use.records++;
      use.texts.add(text);
    }
  }

  result(): TableInspection {
    return {
      table: this.#table,
      records: this.#records,
      bytes: this.#bytes,
      largest: this.#largest,
      keyBytes: this.#keyBytes,
      broken: this.broken,
      indexes: [...this.#indexes].map(([index, { records, texts }]) => ({ index, records, texts: texts.size })),
    };
  }
}
