// Sessions with a group, and their messages.

import { both, equals, size, sizeId, text } from "./common.mjs";

const SIZES = [100, 1 << 10, 32 << 10, 64 << 10];
const FAR = 5000;

function newOutbound(api) {
  const session = new api.OutboundGroupSession();
  session.create();
  return session;
}

function newInbound(api, outbound) {
  const session = new api.InboundGroupSession();
  session.create(outbound.session_key());
  return session;
}

const createOutbound = {
  id: "megolm-outbound",
  title: "Megolm outbound session, create",
  cold: true,
  contestants: both((api) => ({ run: () => newOutbound(api).free() })),
};

const createInbound = {
  id: "megolm-inbound",
  title: "Megolm inbound session, create",
  contestants: both((api, other) => {
    const sessionKey = newOutbound(other).session_key();
    return {
      run() {
        const session = new api.InboundGroupSession();
        session.create(sessionKey);
        session.free();
      },
    };
  }),
};

const importInbound = {
  id: "megolm-import",
  title: "Megolm inbound session, import",
  contestants: both((api, other) => {
    const exported = newInbound(other, newOutbound(other)).export_session(0);
    return {
      run() {
        const session = new api.InboundGroupSession();
        session.import_session(exported);
        session.free();
      },
    };
  }),
};

const encrypt = (n) => ({
  id: `megolm-encrypt-${sizeId(n)}`,
  title: `Megolm encrypt ${size(n)}`,
  cold: n === 1 << 10,
  contestants: both((api, other) => {
    const outbound = newOutbound(api);
    const inbound = newInbound(other, outbound);
    const plaintext = text(n);
    return {
      run: () => outbound.encrypt(plaintext),
      check: (message) => equals(plaintext)(inbound.decrypt(message).plaintext),
    };
  }),
});

const decrypt = (n) => ({
  id: `megolm-decrypt-${sizeId(n)}`,
  title: `Megolm decrypt ${size(n)}`,
  cold: n === 1 << 10,
  contestants: both((api, other) => {
    const outbound = newOutbound(other);
    const inbound = newInbound(api, outbound);
    const plaintext = text(n);
    let messages; // new ones, because a session remembers how far it has come
    return {
      prepare(count) {
        messages = Array.from({ length: count }, () => outbound.encrypt(plaintext));
      },
      run: (i) => inbound.decrypt(messages[i]),
      check: (result) => equals(plaintext)(result.plaintext),
    };
  }),
});

const decryptFar = {
  id: "megolm-decrypt-far",
  title: "Megolm decrypt at index 5,000 in a fresh session",
  contestants: both((api, other) => {
    const outbound = newOutbound(other);
    const exported = newInbound(other, outbound).export_session(0);
    for (let i = 0; i < FAR; i++) outbound.encrypt("");
    const message = outbound.encrypt(text(100));
    let sessions = [];
    return {
      prepare(count) {
        for (const session of sessions) session.free();
        sessions = Array.from({ length: count }, () => {
          const session = new api.InboundGroupSession();
          session.import_session(exported);
          return session;
        });
      },
      run: (i) => sessions[i].decrypt(message),
      check: ({ message_index }) => equals(FAR)(message_index),
    };
  }),
};

export const megolm = [
  createOutbound, createInbound, importInbound,
  ...SIZES.map(encrypt), ...SIZES.map(decrypt), decryptFar,
];
