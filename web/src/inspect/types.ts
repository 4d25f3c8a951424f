/** What a store holds, in numbers. It says nothing of any key or value. */
export interface Inspection {
  /** The epoch of its owner, 0 if it never had one; undefined if it does not say. */
  epoch: number | undefined;
  /** The version of its schema, if it has one. */
  schema: number | undefined;
  tables: TableInspection[];
}

export interface TableInspection {
  table: string;
  /** How many records there are. */
  records: number;
  /** Bytes of all values, and of the largest. */
  bytes: number;
  largest: number;
  /** Bytes of all keys, in UTF-8. */
  keyBytes: number;
  /** How many records cannot be read. */
  broken: number;
  indexes: IndexInspection[];
}

export interface IndexInspection {
  index: string;
  /** How many records have a text in it. */
  records: number;
  /** How many different texts there are. */
  texts: number;
}
