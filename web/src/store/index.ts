/**
 * What a store of your own needs: its shape, its errors, and checks of what it
 * is given. `mudpuppy/store-conformance` tells whether it is right.
 *
 * @module
 */
export { StoreError, type StoreErrorCode, storeErrorCodes } from "./errors.js";
export { validatePage } from "./page.js";
export { type Index, indexes, limits, type Table, type TableDefinition, tables } from "./tables.js";
export type { BrokenRecord, Changes, Page, Query, Ref, Store, StoreRecord } from "./types.js";
export { validateChanges, validateQuery } from "./validate.js";
