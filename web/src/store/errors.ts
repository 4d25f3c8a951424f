/** What can go wrong with a store. */
export type StoreErrorCode =
  /** Another owner has claimed the store. Nothing was changed; do not go on with what is in memory. */
  | "ERR_STORE_STALE"
  /** The query or the changes break a rule: a mistake of the caller. */
  | "ERR_STORE_INVALID"
  /** The connection is lost and did not come back. */
  | "ERR_STORE_LOST"
  /** There is no space left. */
  | "ERR_STORE_FULL"
  /** There can be no store here, as in some private windows. */
  | "ERR_STORE_UNAVAILABLE"
  /** Somebody has the store open with an older version of its schema, and does not let go. */
  | "ERR_STORE_BLOCKED"
  /** The store was deleted while it was open. */
  | "ERR_STORE_GONE"
  /** A later version of Mudpuppy, or of the store, has written it. */
  | "ERR_STORE_TOO_NEW"
  /** It failed for a reason that is not among these. */
  | "ERR_STORE_FAILED"
  /** The store was closed. */
  | "ERR_STORE_CLOSED";

/** All codes of a {@link StoreError}. */
export const storeErrorCodes: readonly StoreErrorCode[] = [
  "ERR_STORE_STALE",
  "ERR_STORE_INVALID",
  "ERR_STORE_LOST",
  "ERR_STORE_FULL",
  "ERR_STORE_UNAVAILABLE",
  "ERR_STORE_BLOCKED",
  "ERR_STORE_GONE",
  "ERR_STORE_TOO_NEW",
  "ERR_STORE_FAILED",
  "ERR_STORE_CLOSED",
];

/**
 * What a store throws, or rejects with. Mudpuppy looks at the `code` only, so
 * that a store can throw errors of its own that have one. All that have none
 * count as `ERR_STORE_FAILED`.
 */
export class StoreError extends Error {
  /** What went wrong. */
  readonly code: StoreErrorCode;

  /** The message must hold no key and no value of a record. */
  constructor(code: StoreErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = "StoreError";
    this.code = code;
  }
}
