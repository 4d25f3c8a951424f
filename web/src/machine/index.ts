/**
 * Whole encrypting devices.
 *
 * @module mudpuppy
 */
// The types of all main entries, and what they have in common.
import type { InitOptions } from "../loader/init.js";

export { decryptAttachment, type DecryptAttachmentOptions, maxStreamBytes } from "../attachment/decrypt.js";
export {
  type EncryptedAttachment,
  type EncryptedFile,
  type EncryptedStream,
  encryptAttachment,
  encryptAttachmentStream,
} from "../attachment/encrypt.js";
export type { AttachmentOptions } from "../attachment/work.js";
export type { AttachmentSource } from "../attachment/source.js";
export { MudpuppyError } from "../bridge/errors.js";
export type { BridgeErrorCode, ErrorCode } from "../bridge/errors.js";
export type { Live } from "../bridge/live.js";
export { isSupported } from "../loader/init.js";
export type { InitOptions } from "../loader/init.js";
export { connect, type Connection, type ConnectOptions } from "../connect/connection.js";
export { RequestError } from "../connect/http.js";
export type {
  BrokenRecord,
  CrossSigningKeys,
  CrossSigningStatus,
  Device,
  DeviceRef,
  Failure,
  Identity,
  Machine,
  MachineErrorCode,
  OutgoingRequest,
  Persistence,
  Policy,
  Reason,
  RefusedKey,
  RequestKind,
  RoomSettings,
  Share,
  ShareStep,
  Shield,
  StoreReport,
  TableReport,
  ToDeviceEvent,
  Trust,
  Withheld,
} from "./client.js";
export { DecryptError, PolicyError } from "./errors.js";
export { type LibolmStore, openLibolmStore } from "./legacy.js";
export { type ClearEvent, type DecryptedEvent, deleteIndexedDBStore, type MachineKeys, OlmMachine, verifyStore } from "./machine.js";
export {
  type Items,
  type LibolmData,
  type LibolmGroupSession,
  type LibolmGroupSessionData,
  type LibolmRoom,
  type LibolmSession,
  migrateFromLibolm,
  type MigrationCount,
  type MigrationFailure,
  type MigrationKind,
  type MigrationOptions,
  type MigrationReport,
} from "./migrate.js";
export { MachineEvent } from "./news.js";
export type {
  DevicesChangedDetail,
  IdentityChangedDetail,
  Level,
  Logger,
  MachineEvents,
  Role,
  RoleDetail,
  RoomKeysDetail,
  StoreLostDetail,
} from "./news.js";
export type { ExportedSessionData, RoomKeySource } from "./keysource.js";
export type { ExportOptions, ImportOptions, ImportResult, KeyProgress } from "./roomkeys.js";
export type { MachineOptions, Passphrase, StoreKey, StoreOptions, WorkerOption } from "./options.js";
export { type BuiltInStore, indexedDBStore, memoryStore } from "./stores.js";

/**
 * Loads and starts the WebAssembly module. Everything else needs it to have
 * succeeded. It may be called any number of times: once loaded it does nothing,
 * and after a failure it tries again.
 *
 * It throws ERR_UNSUPPORTED, ERR_RANDOMNESS, ERR_CSP, ERR_FETCH, ERR_NOT_WASM,
 * ERR_ABORTED or ERR_CRASHED.
 */
export declare function init(options?: InitOptions): Promise<void>;
