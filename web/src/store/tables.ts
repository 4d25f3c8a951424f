// The twin of store/tables.go and of the limits in store/store.go. A test
// compares them.

/** The name of a table. */
export type Table =
  | "meta"
  | "account"
  | "olm_sessions"
  | "outbound_sessions"
  | "inbound_sessions"
  | "users"
  | "rooms"
  | "requests"
  | "withheld"
  | "secrets"
  | "settings"
  | "quarantine";

/** The name of an index: a text by which records can be found, several at once. */
export type Index = "room" | "sender" | "pending";

/** What those must know of a table who make it. */
export interface TableDefinition {
  /** Its name. */
  readonly table: Table;
  /** The indexes that its records can be in. */
  readonly indexes: readonly Index[];
  /** Whether it must never be rolled back: a key would be used twice, or given to a device that was blocked. */
  readonly hot: boolean;
}

/** All tables. */
export const tables: readonly TableDefinition[] = [
  { table: "meta", indexes: [], hot: false },
  { table: "account", indexes: [], hot: true },
  { table: "olm_sessions", indexes: ["sender"], hot: true },
  { table: "outbound_sessions", indexes: [], hot: true },
  { table: "inbound_sessions", indexes: ["room", "pending"], hot: false },
  { table: "users", indexes: [], hot: true },
  { table: "rooms", indexes: [], hot: true },
  { table: "requests", indexes: [], hot: false },
  { table: "withheld", indexes: ["room"], hot: false },
  { table: "secrets", indexes: [], hot: true },
  { table: "settings", indexes: [], hot: false },
  { table: "quarantine", indexes: [], hot: false },
];

/** All indexes. */
export const indexes: readonly Index[] = ["room", "sender", "pending"];

/** What a store must take, at the least. Mudpuppy asks for no more. */
export const limits = {
  /** Bytes of a key, or of a text in an index, in UTF-8. */
  keyBytes: 512,
  /** Bytes of a value. */
  valueBytes: 1 << 20,
  /** Records in a commit, and keys in a query. */
  changes: 2000,
  /** Bytes of all values in a commit. */
  bytes: 8 << 20,
  /** Records in a page, for a query that does not say. */
  page: 500,
  /** Bytes of what a page gives to ask for the next one with, in UTF-8. */
  nextBytes: 4096,
  /** How much more it must take when changes are `sealed`: in each value, in records, in all values. */
  sealed: {
    /** In each value. */
    valueBytes: 16 << 10,
    /** Records more. */
    changes: 256,
    /** In all values together. */
    bytes: 24 << 20,
  },
} as const;
