// Room keys as they stand in an export, made up: of valid sessions that nobody has.

const base64 = (bytes) => btoa(String.fromCharCode(...bytes)).replace(/=+$/, "");

const publicKey = async () => {
  const { publicKey } = await crypto.subtle.generateKey("Ed25519", true, ["sign"]);
  return new Uint8Array(await crypto.subtle.exportKey("raw", publicKey));
};

/** One session, of which the key begins at an index. */
export async function makeRoomKey(roomId, index = 0) {
  const signing = await publicKey();
  const key = new Uint8Array(165);
  crypto.getRandomValues(key.subarray(5, 133));
  key[0] = 1;
  new DataView(key.buffer).setUint32(1, index);
  key.set(signing, 133);
  return {
    algorithm: "m.megolm.v1.aes-sha2",
    forwarding_curve25519_key_chain: [],
    room_id: roomId,
    sender_claimed_keys: { ed25519: base64(signing) },
    sender_key: base64(crypto.getRandomValues(new Uint8Array(32))),
    session_id: base64(signing),
    session_key: base64(key),
  };
}

/** So many sessions, of so many rooms. */
export async function makeRoomKeys(count, rooms = 50) {
  const all = [];
  for (let i = 0; i < count; i++) all.push(await makeRoomKey(`!room${i % rooms}:example.org`));
  return all;
}
