"use strict";

// Drives vodozemac, which npm has inside matrix-sdk-crypto-wasm only, by JSON.
// A request is {"command": …} with the arguments of one of the commands below,
// and is answered by {"result": …} or {"error": …}. There is one machine, made
// by migrate.

const sdk = require("@matrix-org/matrix-sdk-crypto-wasm");

let machine;

const untrusted = () => new sdk.DecryptionSettings(sdk.TrustRequirement.Untrusted);
const bytes = (base64) => new Uint8Array(Buffer.from(base64, "base64"));

const commands = {
  decryptBackup: ({ privateKey, ephemeral, mac, ciphertext }) =>
    sdk.BackupDecryptionKey.fromBase64(privateKey).decryptV1(ephemeral, mac, ciphertext),

  // migrate makes the machine from the libolm pickles of a device, all under
  // one key.
  async migrate({ userId, deviceId, pickleKey, account, sessions, groupSessions }) {
    const store = await sdk.StoreHandle.open(null, null);
    const base = new sdk.BaseMigrationData();
    base.userId = new sdk.UserId(userId);
    base.deviceId = new sdk.DeviceId(deviceId);
    base.pickledAccount = account;
    await sdk.Migration.migrateBaseData(base, bytes(pickleKey), store);

    const olm = sessions.map(({ pickle, senderKey }) =>
      Object.assign(new sdk.PickledSession(), {
        pickle,
        senderKey,
        createdUsingFallbackKey: false,
        creationTime: new Date(),
        lastUseTime: new Date(),
      }),
    );
    await sdk.Migration.migrateOlmSessions(olm, bytes(pickleKey), store);

    const megolm = groupSessions.map(({ pickle, senderKey, senderSigningKey, roomId }) =>
      Object.assign(new sdk.PickledInboundGroupSession(), {
        pickle,
        senderKey,
        senderSigningKey,
        roomId: new sdk.RoomId(roomId),
        imported: false,
        backedUp: false,
      }),
    );
    await sdk.Migration.migrateMegolmSessions(megolm, bytes(pickleKey), store);

    machine?.close();
    machine = await sdk.OlmMachine.initFromStore(new sdk.UserId(userId), new sdk.DeviceId(deviceId), store);
    const keys = machine.identityKeys;
    return { curve25519: keys.curve25519.toBase64(), ed25519: keys.ed25519.toBase64() };
  },

  // receive gives the machine a to-device event, and returns the decrypted one.
  async receive({ event }) {
    const events = JSON.stringify([event]);
    const [processed] = await machine.receiveSyncChanges(events, new sdk.DeviceLists(), new Map(), undefined, untrusted());
    if (processed.type !== sdk.ProcessedToDeviceEventType.Decrypted) throw new Error("not decrypted: " + processed.rawEvent);
    return JSON.parse(processed.rawEvent);
  },

  async decryptRoomEvent({ event, roomId }) {
    const decrypted = await machine.decryptRoomEvent(JSON.stringify(event), new sdk.RoomId(roomId), untrusted());
    return JSON.parse(decrypted.event);
  },

  // learn gives the machine the answer to /keys/query about a user.
  async learn({ userId, answer }) {
    const query = machine.queryKeysForUsers([new sdk.UserId(userId)]);
    await machine.markRequestAsSent(query.id, query.type, JSON.stringify(answer));
  },

  // send encrypts a to-device event, and returns its content.
  async send({ userId, deviceId, type, content }) {
    const device = await machine.getDevice(new sdk.UserId(userId), new sdk.DeviceId(deviceId));
    return JSON.parse(await device.encryptToDeviceEvent(type, content));
  },

  // backup returns the body of a request that backs room keys up.
  async backup({ publicKey }) {
    await machine.enableBackupV1(publicKey, "1");
    return JSON.parse((await machine.backupRoomKeys()).body);
  },
};

async function call(text) {
  try {
    const { command, ...args } = JSON.parse(text);
    return JSON.stringify({ result: (await commands[command](args)) ?? null });
  } catch (error) {
    return JSON.stringify({ error: String(error?.message ?? error) });
  }
}

exports.open = () => sdk.initAsync().then(() => call);
