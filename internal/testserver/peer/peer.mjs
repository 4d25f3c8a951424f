// An encrypting client that others have written: matrix-js-sdk, which encrypts in
// Rust. Its methods are the commands that a test can give; what they take and
// return is JSON.
import * as sdk from "matrix-js-sdk";
import {
  AllDevicesIsolationMode,
  decodeRecoveryKey,
  EventShieldColour,
  EventShieldReason,
  OnlySignedDevicesIsolationMode,
} from "matrix-js-sdk/lib/crypto-api/index.js";

const LIMIT = 60_000;
const sleep = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** Waits until a condition gives something, and returns that. */
async function until(what, condition) {
  for (const limit = Date.now() + LIMIT; ; await sleep(25)) {
    const result = await condition();
    if (result) return result;
    if (Date.now() > limit) throw new Error(`after ${LIMIT / 1000} s, still not: ${what}`);
  }
}

export class Peer {
  #useIndexedDB;
  #client;
  #crypto;
  #password;
  #secretStorageKey;

  constructor(useIndexedDB) {
    this.#useIndexedDB = useIndexedDB;
  }

  /** Logs in with a password, or goes on with an access token, and syncs. */
  async start({ url, user, password, userId, deviceId, accessToken }) {
    let session = { userId, deviceId, accessToken };
    if (!accessToken) {
      const identifier = { type: "m.id.user", user };
      const answer = await sdk.createClient({ baseUrl: url }).loginRequest({ type: "m.login.password", identifier, password });
      session = { userId: answer.user_id, deviceId: answer.device_id, accessToken: answer.access_token };
    }
    this.#password = password;
    this.#client = sdk.createClient({
      baseUrl: url,
      ...session,
      cryptoCallbacks: {
        getSecretStorageKey: async ({ keys }) => this.#secretStorageKey && [Object.keys(keys)[0], this.#secretStorageKey],
      },
    });
    await this.#client.initRustCrypto({ useIndexedDB: this.#useIndexedDB });
    this.#crypto = this.#client.getCrypto();
    await this.#client.startClient({ initialSyncLimit: 100 });
    await until("in sync", () => this.#client.isInitialSyncComplete());
    return { ...session, ...(await this.#crypto.getOwnDeviceKeys()) };
  }

  /** Sets up cross-signing, with its keys in secret storage, and returns the recovery key. */
  async bootstrap() {
    const identifier = { type: "m.id.user", user: this.#client.getUserId() };
    await this.#crypto.bootstrapCrossSigning({
      authUploadDeviceSigningKeys: (upload) => upload({ type: "m.login.password", identifier, password: this.#password }),
    });
    const key = await this.#crypto.createRecoveryKeyFromPassphrase();
    this.#secretStorageKey = key.privateKey;
    await this.#crypto.bootstrapSecretStorage({ setupNewSecretStorage: true, createSecretStorageKey: async () => key });
    await until("cross-signing ready", () => this.#crypto.isCrossSigningReady());
    return key.encodedPrivateKey;
  }

  /** Signs this device with the cross-signing keys that another one has put into secret storage. */
  async restore(recoveryKey) {
    this.#secretStorageKey = decodeRecoveryKey(recoveryKey);
    // The own identity has to be known first, and sync may not have asked for it yet.
    await until("own identity known", () => this.#crypto.userHasCrossSigningKeys(this.#client.getUserId(), true));
    await this.#crypto.bootstrapCrossSigning({});
    await until("cross-signing ready", () => this.#crypto.isCrossSigningReady());
  }

  /** Sends room keys to devices only, and takes them from devices only, that their owner has signed; or else to all. */
  async onlySignedDevices(yes) {
    this.#crypto.setDeviceIsolationMode(yes ? new OnlySignedDevicesIsolationMode() : new AllDevicesIsolationMode(false));
  }

  /** Makes a private, encrypted room. */
  async createRoom(invite) {
    const encryption = { type: "m.room.encryption", state_key: "", content: { algorithm: "m.megolm.v1.aes-sha2" } };
    const { room_id: room } = await this.#client.createRoom({ preset: "private_chat", invite, initial_state: [encryption] });
    await this.#ready(room);
    return room;
  }

  async invite(room, userId) {
    await this.#client.invite(room, userId);
  }

  /** Joins, and loads what was said before, as far as that is for us. */
  async join(room) {
    await this.#client.joinRoom(room);
    await this.#ready(room);
    await this.#client.scrollback(this.#client.getRoom(room), 100);
  }

  async leave(room) {
    await this.#client.leave(room);
  }

  /** To be a member is not enough: the SDK cannot encrypt before it has dealt with the state of the room. */
  async #ready(room) {
    await this.waitForMember(room, this.#client.getUserId(), "join");
    await until("room encrypted", () => this.#crypto.isEncryptionEnabledInRoom(room));
  }

  async waitForMember(room, userId, membership) {
    await until(`${userId}: ${membership}`, () => this.#client.getRoom(room)?.getMember(userId)?.membership === membership);
  }

  async send(room, body) {
    return this.sendEvent(room, "m.room.message", { msgtype: "m.text", body });
  }

  /** Sends an event. A page loses a connection now and then; the transaction id keeps a second attempt from being another event. */
  async sendEvent(room, type, content) {
    const id = this.#client.makeTxnId();
    for (let attempt = 1; ; attempt++) {
      try {
        return (await this.#client.sendEvent(room, type, content, id)).event_id;
      } catch (error) {
        if (error.name !== "ConnectionError" || attempt === 3) throw error;
        await new Promise((resolve) => setTimeout(resolve, 500));
      }
    }
  }

  async waitForMessage(room, body) {
    const event = await until(`message ${body}`, () => this.#events(room).find((event) => event.getContent().body === body));
    return this.#describe(event);
  }

  /** Waits until decrypting an event has failed. */
  async waitForFailure(room, eventId) {
    const failed = (event) => event.getId() === eventId && event.isDecryptionFailure();
    return this.#describe(await until(`failure of ${eventId}`, () => this.#events(room).find(failed)));
  }

  /** What was said in a room, as far as it can be read, in order. */
  async bodies(room) {
    return this.#events(room).map((event) => event.getContent().body).filter((body) => typeof body === "string");
  }

  #events(room) {
    return this.#client.getRoom(room)?.getLiveTimeline().getEvents() ?? [];
  }

  async #describe(event) {
    const info = event.isDecryptionFailure() ? null : await this.#crypto.getEncryptionInfoForEvent(event);
    return {
      eventId: event.getId(),
      sender: event.getSender(),
      type: event.getType(),
      content: event.getContent(),
      wireContent: event.getWireContent(),
      encrypted: event.isEncrypted(),
      shield: info ? EventShieldColour[info.shieldColour].toLowerCase() : "",
      shieldReason: EventShieldReason[info?.shieldReason] ?? "",
      failure: event.decryptionFailureReason ?? "",
    };
  }

  /** What is known of the devices of a user. */
  async devices(userId) {
    const devices = (await this.#crypto.getUserDeviceInfo([userId], true)).get(userId) ?? new Map();
    const describe = async ({ deviceId, keys }) => {
      const status = await this.#crypto.getDeviceVerificationStatus(userId, deviceId);
      return {
        deviceId,
        ed25519: keys.get(`ed25519:${deviceId}`),
        curve25519: keys.get(`curve25519:${deviceId}`),
        signedByOwner: status.signedByOwner,
        verified: status.isVerified(),
      };
    };
    return Promise.all([...devices.values()].map(describe));
  }

  /** Waits until a device is known, with or without a signature of its owner. */
  async waitForDevice(userId, deviceId, signedByOwner) {
    const wanted = (device) => device.deviceId === deviceId && device.signedByOwner === signedByOwner;
    return until(`device ${deviceId}, signed: ${signedByOwner}`, async () => (await this.devices(userId)).find(wanted));
  }

  /** What is known of the cross-signing identity of a user. */
  async identity(userId) {
    const status = await this.#crypto.getUserVerificationStatus(userId);
    return { known: status.known, verified: status.isVerified(), needsApproval: status.needsUserApproval };
  }

  /** Calls any method of the SDK's CryptoApi. */
  async crypto(method, ...values) {
    return this.#crypto[method](...values);
  }

  /** Calls any method of the SDK's MatrixClient. */
  async client(method, ...values) {
    return this.#client[method](...values);
  }
}
