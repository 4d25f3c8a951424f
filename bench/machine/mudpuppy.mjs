// Mudpuppy's machine, as a contestant: see contestants.mjs.

import * as mudpuppy from "mudpuppy";

export const init = () => mudpuppy.init();

export async function open({ userId, deviceId, store }) {
  const kept = store
    ? { store: mudpuppy.indexedDBStore(store.name), key: store.key }
    : { store: mudpuppy.memoryStore(), unsealed: true };
  return new Device(await mudpuppy.OlmMachine.open({ userId, deviceId, policy: "all_devices", persist: false, ...kept }));
}

class Device {
  #machine;

  constructor(machine) {
    this.#machine = machine;
    this.identity = { userId: machine.userId, ...machine.identityKeys };
  }

  /** It takes and gives objects. */
  pack(value) {
    return value;
  }

  unpack(value) {
    return value;
  }

  requests() {
    return this.#machine.outgoingRequests();
  }

  markSent({ id }, answer) {
    return this.#machine.markSent(id, answer);
  }

  trackUsers(users) {
    return this.#machine.trackUsers(users);
  }

  setUpRoom(room) {
    return this.#machine.setRoomSettings(room, { rotationPeriodMessages: 10_000 });
  }

  async claims(room, users) {
    await this.#machine.prepareToEncrypt(room, users);
    return (await this.requests()).filter(({ kind }) => kind === "keys_claim");
  }

  async share(room, users) {
    const { ready } = await this.#machine.shareRoomKey(room, users);
    return ready ? [] : this.requests();
  }

  packSync(answer) {
    return answer;
  }

  receive(answer) {
    return this.#machine.receiveSync(answer);
  }

  encrypt(room, content) {
    return this.#machine.encrypt(room, "m.room.message", content);
  }

  async decrypt(room, event) {
    return (await this.#machine.decrypt(room, event)).event;
  }

  async importKeys(json) {
    return (await this.#machine.importRoomKeys(json)).imported;
  }

  async exportKeys() {
    return (await this.#machine.exportRoomKeys({ unencrypted: true })).text();
  }

  close() {
    return this.#machine.close();
  }
}
