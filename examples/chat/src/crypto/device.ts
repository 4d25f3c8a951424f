// This browser as an encrypting device: Mudpuppy's machine, and its way to the homeserver.
import { connect, type Connection, deleteIndexedDBStore, indexedDBStore, OlmMachine, type Role } from "mudpuppy";
import { passwordAuth } from "../matrix/account";
import type { Content, Credentials } from "../matrix/types";
import type { SavedSession } from "../storage/session";
import { Recipients } from "./recipients";

export interface DeviceOptions {
  /** Is told whether this tab owns the machine, which all tabs share. */
  onRole(role: Role): void;
  /** Asks for the account's password, which the homeserver may want when keys are published. */
  password(): Promise<string | undefined>;
}

/** The name of the database in which Mudpuppy keeps the keys of a device. */
export const storeName = ({ userId, deviceId }: Credentials) => `mudpuppy ${userId} ${deviceId}`;

export class Device {
  readonly machine: OlmMachine;
  readonly connection: Connection;
  readonly recipients: Recipients;

  private constructor(machine: OlmMachine, connection: Connection, recipients: Recipients) {
    this.machine = machine;
    this.connection = connection;
    this.recipients = recipients;
  }

  /** Opens the device, for all tabs to use, or makes its keys at the first time. */
  static async open({ credentials, storeKey }: SavedSession, { onRole, password }: DeviceOptions): Promise<Device> {
    const { homeserver, userId, deviceId, accessToken } = credentials;
    const store = indexedDBStore(storeName(credentials));
    const machine = await OlmMachine.open({ userId, deviceId, store, key: storeKey, shared: true, worker: true, onRole });
    storeKey.fill(0);
    const recipients = new Recipients();
    const authenticate = async (challenge: Content) => {
      const typed = await password();
      return typed === undefined ? undefined : passwordAuth(userId, typed, challenge);
    };
    const connection = connect(machine, { baseUrl: homeserver, accessToken, fetch: recipients.watch(fetch), authenticate });
    return new Device(machine, connection, recipients);
  }

  /** Encrypts a message for all who are in a room, giving them its key where they have not got it. */
  async encrypt(roomId: string, members: string[], type: string, content: Content): Promise<Content> {
    return this.recipients.during(roomId, async (note) => {
      const encrypted = (await this.connection.encrypt(roomId, members, type, content)) as Content;
      await note(String(encrypted["session_id"]));
      return encrypted;
    });
  }

  async close(): Promise<void> {
    this.connection.close();
    this.recipients.close();
    await this.machine.close();
  }
}

/** Deletes the keys of a device for good. */
export async function deleteDevice(credentials: Credentials): Promise<void> {
  await deleteIndexedDBStore(storeName(credentials), { worker: true });
}
