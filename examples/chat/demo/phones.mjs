// The phones of two people, played in Node: their first devices, which begin the
// conversation, and verify the browsers that join.
import { connect, init, memoryStore, OlmMachine } from "mudpuppy";
import { Client } from "../../../internal/testserver/client.mjs";

const conversation = [
  ["alice", "Hi! Is anybody listening in here?"],
  ["bob", "The homeserver is. But all it gets is this gibberish."],
  ["alice", "Look at “How encrypted” beside a message to see what it got."],
];

class Phone {
  static async open(url, { name, password }) {
    const request = { type: "m.login.password", identifier: { type: "m.id.user", user: name }, password, initial_device_display_name: "Phone" };
    const session = await new Client(url, {}).ask("POST", "/_matrix/client/v3/login", request);
    const phone = new Phone();
    phone.client = new Client(url, session);
    phone.machine = await OlmMachine.open({ userId: session.user_id, deviceId: session.device_id, store: memoryStore(), unsealed: true });
    const authenticate = ({ session }) => ({ ...request, session });
    phone.connection = connect(phone.machine, { baseUrl: url, accessToken: session.access_token, authenticate });
    await phone.sync();
    await phone.machine.setUpCrossSigning(false);
    await phone.connection.pump();
    await phone.sync();
    return phone;
  }

  async sync(wait = 0) {
    await this.machine.receiveSync(await this.client.sync({ since: this.machine.syncToken || undefined, wait }));
    await this.connection.pump();
  }

  async say(room, members, body) {
    await this.sync();
    const content = await this.connection.encrypt(room, members, "m.room.message", { msgtype: "m.text", body });
    await this.client.sendEvent(room, "m.room.encrypted", content);
  }

  /** Verifies every other device of its person, as somebody would who has it at hand. */
  async verifyOthers(say) {
    const { machine } = this;
    for (const { deviceId, ed25519, verified, deleted } of await machine.devices(machine.userId)) {
      if (verified || deleted || deviceId === machine.deviceId) continue;
      await machine.verifyDevice(machine.userId, deviceId, ed25519);
      say(`  the phone of ${machine.userId} has verified the device ${deviceId}`);
    }
    await this.connection.pump();
  }
}

/** Begins a conversation, and then keeps the phones going. */
export async function begin(url, alice, bob, say) {
  await init();
  const phones = { alice: await Phone.open(url, alice), bob: await Phone.open(url, bob) };
  const members = Object.values(phones).map(({ machine }) => machine.userId);
  const encryption = { type: "m.room.encryption", state_key: "", content: { algorithm: "m.megolm.v1.aes-sha2" } };
  const request = { name: "The pond", preset: "private_chat", invite: [members[1]], initial_state: [encryption] };
  const { room_id: room } = await phones.alice.client.ask("POST", "/_matrix/client/v3/createRoom", request);
  await phones.bob.client.join(room);
  say("Alice and Bob have met in an encrypted room:");
  for (const [name, body] of conversation) {
    await phones[name].say(room, members, body);
    say(`  ${name}: ${body}`);
  }

  const ending = new AbortController();
  const keepGoing = async (phone) => {
    while (!ending.signal.aborted) {
      await phone.sync(2000);
      await phone.verifyOthers(say);
    }
  };
  const going = Promise.all(Object.values(phones).map(keepGoing));
  const failed = new Promise((_, reject) => going.catch((error) => ending.signal.aborted || reject(error)));
  failed.catch(() => {});
  const identities = {};
  for (const [name, { machine }] of Object.entries(phones)) identities[name] = (await machine.identity(machine.userId)).masterKey.match(/.{1,4}/g).join(" ");
  return {
    failed,
    /** What each phone shows as its person's identity. */
    identities,
    async close() {
      ending.abort();
      await going.catch(() => {});
      for (const { machine } of Object.values(phones)) await machine.close();
    },
  };
}
