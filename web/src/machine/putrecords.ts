// Puts records into an object store of IndexedDB. Go could do it by itself, but goes to
// JavaScript and back five times for each record then: see store/indexeddb/putrecords.go.

const indexes = ["room", "sender", "pending"] as const;

type Stored = { key: string; value: Uint8Array } & Partial<Record<(typeof indexes)[number], string>>;

const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/**
 * Puts the records that are packed one after the other, and overwrites them there. Of
 * each there is the key, the texts for the indexes and the value, all after their length
 * in 32 bits, little-endian. A text that is empty is in no index.
 */
export function putRecords(store: IDBObjectStore, packed: Uint8Array): void {
  const lengths = new DataView(packed.buffer, packed.byteOffset, packed.byteLength);
  let at = 0;
  const next = () => {
    const from = at + 4;
    at = from + lengths.getUint32(at, true);
    return packed.subarray(from, at);
  };
  try {
    while (at < packed.length) {
      const record: Stored = { key: decoder.decode(next()), value: packed }; // the value comes last
      for (const index of indexes) {
        const text = next();
        if (text.length > 0) record[index] = decoder.decode(text);
      }
      record.value = next().slice(); // an array that is a part of another one would be stored with all of it
      store.put(record);
      record.value.fill(0);
    }
  } finally {
    packed.fill(0);
  }
}
