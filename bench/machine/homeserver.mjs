// A homeserver as far as a machine sees it: it answers requests out of what its users
// have published. It gives out the same one-time key again and again, which nobody
// notices who only sends.

import { DEVICE, newUser } from "./user.mjs";

export class Homeserver {
  #olm;
  #users = new Map();

  constructor(olm) {
    this.#olm = olm;
  }

  /** Adds users with a device each, and returns their ids. */
  addCrowd(count) {
    return Array.from({ length: count }, (_, i) => {
      const user = newUser(this.#olm, `@user${i}:example.org`);
      user.account.free();
      this.#users.set(user.userId, user);
      return user.userId;
    });
  }

  /** Adds a user whose device is in our hands. */
  addUser(userId) {
    const user = newUser(this.#olm, userId);
    this.#users.set(userId, user);
    return user;
  }

  /** The answer to a request of a user. */
  answer(userId, { kind, body }) {
    return { keys_upload: upload, keys_query: query, keys_claim: claim, to_device: () => ({}) }[kind](this.#users, body, userId);
  }

  /** A one-time key of a user, as one claims it. */
  oneTimeKey(userId) {
    return Object.values(this.#users.get(userId).oneTimeKeys)[0].key;
  }
}

function upload(users, body, userId) {
  const before = users.get(userId);
  users.set(userId, { device: body.device_keys ?? before.device, oneTimeKeys: { ...before?.oneTimeKeys, ...body.one_time_keys } });
  return { one_time_key_counts: { signed_curve25519: 50 } };
}

function query(users, { device_keys: asked }) {
  const answer = { device_keys: {}, master_keys: {}, self_signing_keys: {}, user_signing_keys: {}, failures: {} };
  for (const userId of Object.keys(asked)) {
    const { device, masterKey, selfSigningKey } = users.get(userId);
    answer.device_keys[userId] = { [device.device_id]: device };
    if (!masterKey) continue;
    answer.master_keys[userId] = masterKey;
    answer.self_signing_keys[userId] = selfSigningKey;
  }
  return answer;
}

function claim(users, { one_time_keys: asked }) {
  const given = Object.keys(asked).map((userId) => [userId, { [DEVICE]: users.get(userId).oneTimeKeys }]);
  return { one_time_keys: Object.fromEntries(given), failures: {} };
}
