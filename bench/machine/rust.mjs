// The machine of the Rust SDK, as a contestant: see contestants.mjs.

import * as rust from "@matrix-org/matrix-sdk-crypto-wasm";

const { RequestType, RoomId, UserId } = rust;

export const init = (platform) => rust.initAsync(platform.rustURL);

const kinds = new Map([
  [RequestType.KeysUpload, "keys_upload"],
  [RequestType.KeysQuery, "keys_query"],
  [RequestType.KeysClaim, "keys_claim"],
  [RequestType.ToDevice, "to_device"],
]);

/** Lists are consumed by whom they are given to, and so are the settings of decryption. */
const ids = (users) => users.map((id) => new UserId(id));

const newDecryption = () => new rust.DecryptionSettings(rust.TrustRequirement.Untrusted);

const toRequest = ({ id, type, body }) => ({ id, kind: kinds.get(type), type, body });

function newSettings() {
  const settings = new rust.EncryptionSettings();
  settings.rotationPeriodMessages = 10_000n;
  settings.sharingStrategy = rust.CollectStrategy.allDevices();
  return settings;
}

export async function open({ userId, deviceId, store }) {
  const name = [new UserId(userId), new rust.DeviceId(deviceId)];
  if (!store) return new Device(await rust.OlmMachine.initialize(...name), userId);
  const handle = await rust.StoreHandle.openWithKey(store.name, store.key);
  return new Device(await rust.OlmMachine.initFromStore(...name, handle), userId);
}

class Device {
  #machine;
  #settings = newSettings();

  constructor(machine, userId) {
    this.#machine = machine;
    const { curve25519, ed25519 } = machine.identityKeys;
    this.identity = { userId, curve25519: curve25519.toBase64(), ed25519: ed25519.toBase64() };
  }

  /** It takes and gives JSON as text. */
  pack(value) {
    return JSON.stringify(value);
  }

  unpack(value) {
    return JSON.parse(value);
  }

  async requests() {
    return (await this.#machine.outgoingRequests()).map(toRequest);
  }

  async markSent({ id, type }, answer) {
    await this.#machine.markRequestAsSent(id, type, answer);
  }

  async trackUsers(users) {
    await this.#machine.updateTrackedUsers(ids(users));
  }

  async setUpRoom() {}

  async claims(_, users) {
    const request = await this.#machine.getMissingSessions(ids(users));
    return request ? [toRequest(request)] : [];
  }

  async share(room, users) {
    return (await this.#machine.shareRoomKey(new RoomId(room), ids(users), this.#settings)).map(toRequest);
  }

  packSync({ to_device, device_one_time_keys_count, device_unused_fallback_key_types }) {
    return [JSON.stringify(to_device.events), device_one_time_keys_count, device_unused_fallback_key_types];
  }

  async receive([events, counts, fallback]) {
    const lists = new rust.DeviceLists();
    return this.#machine.receiveSyncChanges(events, lists, new Map(Object.entries(counts)), new Set(fallback), newDecryption());
  }

  encrypt(room, content) {
    return this.#machine.encryptRoomEvent(new RoomId(room), "m.room.message", content);
  }

  async decrypt(room, event) {
    return (await this.#machine.decryptRoomEvent(event, new RoomId(room), newDecryption())).event;
  }

  async importKeys(json) {
    return (await this.#machine.importExportedRoomKeys(json, () => {})).importedCount;
  }

  exportKeys() {
    return this.#machine.exportRoomKeys(() => true);
  }

  async close() {
    this.#machine.close();
  }
}
