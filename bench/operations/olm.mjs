// Accounts, sessions between two devices, and their messages.

import { both, equals, size, sizeId, text } from "./common.mjs";

/**
 * A device with a fallback key: unlike a one-time key it serves again and again,
 * as a measurement needs.
 */
function newDevice(api) {
  const account = new api.Account();
  account.create();
  account.generate_fallback_key();
  const { curve25519: identityKey } = JSON.parse(account.identity_keys());
  const [fallbackKey] = Object.values(JSON.parse(account.unpublished_fallback_key()).curve25519);
  return { account, identityKey, fallbackKey };
}

function newOutboundSession(api, device, peer) {
  const session = new api.Session();
  session.create_outbound(device.account, peer.identityKey, peer.fallbackKey);
  return session;
}

/** Two sessions that have heard of each other, so that no more pre-key messages are sent. */
function newConversation(senderAPI, receiverAPI) {
  const alice = newDevice(senderAPI);
  const bob = newDevice(receiverAPI);
  const sender = newOutboundSession(senderAPI, alice, bob);
  const receiver = new receiverAPI.Session();
  receiver.create_inbound_from(bob.account, alice.identityKey, sender.encrypt("hello").body);
  const reply = receiver.encrypt("hello yourself");
  sender.decrypt(reply.type, reply.body);
  return { sender, receiver };
}

const createAccount = {
  id: "account-create",
  title: "Account, create",
  cold: true,
  contestants: both((api) => ({
    run() {
      const account = new api.Account();
      account.create();
      account.free();
    },
  })),
};

const oneTimeKeys = {
  id: "one-time-keys",
  title: "50 one-time keys",
  contestants: both((api) => {
    const { account } = newDevice(api);
    return { run: () => account.generate_one_time_keys(50) };
  }),
};

const createOutbound = {
  id: "olm-outbound",
  title: "Olm outbound session, create",
  cold: true,
  contestants: both((api, other) => {
    const alice = newDevice(api);
    const bob = newDevice(other);
    return { run: () => newOutboundSession(api, alice, bob).free() };
  }),
};

const createInbound = {
  id: "olm-inbound",
  title: "Olm inbound session, create and decrypt",
  cold: true,
  contestants: both((api, other) => {
    const alice = newDevice(other);
    const bob = newDevice(api);
    const { body } = newOutboundSession(other, alice, bob).encrypt("hello");
    return {
      run() {
        const session = new api.Session();
        const plaintext = session.create_inbound_from(bob.account, alice.identityKey, body);
        session.free();
        return plaintext;
      },
      check: equals("hello"),
    };
  }),
};

const encrypt = (n) => ({
  id: `olm-encrypt-${sizeId(n)}`,
  title: `Olm encrypt ${size(n)}`,
  cold: n === 100,
  contestants: both((api, other) => {
    const { sender, receiver } = newConversation(api, other);
    const plaintext = text(n);
    return {
      run: () => sender.encrypt(plaintext),
      check: ({ type, body }) => equals(plaintext)(receiver.decrypt(type, body)),
    };
  }),
});

const decrypt = (n) => ({
  id: `olm-decrypt-${sizeId(n)}`,
  title: `Olm decrypt ${size(n)}`,
  cold: n === 100,
  contestants: both((api, other) => {
    const { sender, receiver } = newConversation(other, api);
    const plaintext = text(n);
    let messages; // each can be decrypted once
    return {
      prepare(count) {
        messages = Array.from({ length: count }, () => sender.encrypt(plaintext));
      },
      run: (i) => receiver.decrypt(messages[i].type, messages[i].body),
      check: equals(plaintext),
    };
  }),
});

const pingPong = {
  id: "olm-ping-pong",
  title: "Olm ping-pong, one message there",
  contestants: both((api) => {
    let { sender, receiver } = newConversation(api, api);
    const plaintext = text(100);
    return {
      run() {
        [sender, receiver] = [receiver, sender];
        const { type, body } = sender.encrypt(plaintext);
        return receiver.decrypt(type, body);
      },
      check: equals(plaintext),
    };
  }),
};

export const olm = [
  createAccount, oneTimeKeys, createOutbound, createInbound,
  encrypt(100), encrypt(64 << 10), decrypt(100), decrypt(64 << 10), pingPong,
];
