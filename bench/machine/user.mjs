// A user as the homeserver knows one: a device with its keys, signed by itself and
// by the user's cross-signing identity, and a one-time key. Made with libolm, so that
// neither of those who are measured has made what it reads.

const algorithms = ["m.olm.v1.curve25519-aes-sha2", "m.megolm.v1.aes-sha2"];

export const DEVICE = "DEVICE";

/** Canonical JSON, for values without numbers. */
function canonical(value) {
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(canonical)}]`;
  return `{${Object.keys(value).sort().map((name) => `${JSON.stringify(name)}:${canonical(value[name])}`)}}`;
}

/** Adds signatures of a user to an object: each is [id of the key, what signs]. */
function sign(object, userId, ...keys) {
  const text = canonical(object);
  const signatures = Object.fromEntries(keys.map(([id, signer]) => [`ed25519:${id}`, signer.sign(text)]));
  return { ...object, signatures: { [userId]: signatures } };
}

/** A cross-signing key: its public half, and what signs. */
function newSigner(olm) {
  const signer = new olm.PkSigning();
  return [signer.init_with_seed(crypto.getRandomValues(new Uint8Array(32))), signer];
}

const crossSigningKey = (userId, usage, key) => ({ user_id: userId, usage: [usage], keys: { [`ed25519:${key}`]: key } });

/** Makes a user. The account of the device is for the caller to free. */
export function newUser(olm, userId) {
  const account = new olm.Account();
  account.create();
  account.generate_one_time_keys(1);
  const { curve25519, ed25519 } = JSON.parse(account.identity_keys());
  const [master, masterSigner] = newSigner(olm);
  const [selfSigning, selfSigner] = newSigner(olm);
  const keys = { [`curve25519:${DEVICE}`]: curve25519, [`ed25519:${DEVICE}`]: ed25519 };
  const device = { user_id: userId, device_id: DEVICE, algorithms, keys };
  const [[id, key]] = Object.entries(JSON.parse(account.one_time_keys()).curve25519);
  const user = {
    userId, account, curve25519, ed25519,
    device: sign(device, userId, [DEVICE, account], [selfSigning, selfSigner]),
    masterKey: sign(crossSigningKey(userId, "master", master), userId, [DEVICE, account]),
    selfSigningKey: sign(crossSigningKey(userId, "self_signing", selfSigning), userId, [master, masterSigner]),
    oneTimeKeys: { [`signed_curve25519:${id}`]: sign({ key }, userId, [DEVICE, account]) },
  };
  masterSigner.free();
  selfSigner.free();
  return user;
}
