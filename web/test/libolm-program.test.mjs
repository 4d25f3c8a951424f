// A program written for @matrix-org/olm, run with it and with mudpuppy/libolm:
// nothing but the import changes, whichever way it imports.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { fileURLToPath } from "node:url";

const here = fileURLToPath(new URL(".", import.meta.url));

/** Two devices talk over Olm and in a room, back up a key, verify each other, and are reloaded. */
const program = `
async function main() {
  await Olm.init({ locateFile: (name, folder) => folder + name });
  const account = () => { const a = new Olm.Account(); a.create(); return a; };
  const [alice, bob] = [account(), account()];
  bob.generate_one_time_keys(Math.floor(bob.max_number_of_one_time_keys() / 2));
  const identityKeys = JSON.parse(bob.identity_keys());
  const oneTimeKeys = JSON.parse(bob.one_time_keys()).curve25519;
  bob.mark_keys_as_published();
  console.log(Object.keys(identityKeys), Object.keys(oneTimeKeys).length, bob.one_time_keys());
  const id = Object.keys(oneTimeKeys)[0];
  const key = { key: oneTimeKeys[id] };
  const signature = bob.sign(JSON.stringify(key));
  new Olm.Utility().ed25519_verify(identityKeys.ed25519, JSON.stringify(key), signature);
  try {
    new Olm.Utility().ed25519_verify(identityKeys.ed25519, "something else", signature);
  } catch (error) {
    console.log(error.message, error instanceof Error);
  }

  const room = new Olm.OutboundGroupSession();
  room.create();
  let session = new Olm.Session();
  session.create_outbound(alice, identityKeys.curve25519, oneTimeKeys[id]);
  const message = session.encrypt(JSON.stringify({ session_key: room.session_key() }));
  const pickled = session.pickle("key");
  session.free();
  session = new Olm.Session();
  session.unpickle("key", pickled);
  console.log(message.type, session.has_received_message(), session.describe());

  const incoming = new Olm.Session();
  incoming.create_inbound_from(bob, JSON.parse(alice.identity_keys()).curve25519, message.body);
  bob.remove_one_time_keys(incoming);
  const { session_key } = JSON.parse(incoming.decrypt(message.type, message.body));
  const reply = incoming.encrypt("thanks");
  console.log(reply.type, session.decrypt(reply.type, reply.body), incoming.session_id() === session.session_id());

  const inbound = new Olm.InboundGroupSession();
  inbound.create(session_key);
  console.log(inbound.decrypt(room.encrypt("Hello room")), room.message_index(), inbound.first_known_index());

  const backup = new Olm.PkDecryption();
  const encryption = new Olm.PkEncryption();
  encryption.set_recipient_key(backup.generate_key());
  const { ciphertext, mac, ephemeral } = encryption.encrypt(inbound.export_session(0));
  console.log(backup.decrypt(ephemeral, mac, ciphertext).length, backup.get_private_key().length === Olm.PRIVATE_KEY_LENGTH);

  const [a, b] = [new Olm.SAS(), new Olm.SAS()];
  a.set_their_key(b.get_pubkey());
  b.set_their_key(a.get_pubkey());
  console.log(String(a.generate_bytes("info", 6)) === String(b.generate_bytes("info", 6)), Olm.get_library_version());
  for (const object of [alice, bob, room, session, incoming, inbound, backup, encryption, a, b]) object.free();
}
main();
`;

const ways = {
  "import of the default": ["mjs", (name) => `import Olm from "${name}";`],
  "import of a global": ["mjs", (name) => `import olm from "${name}";\nglobal.Olm = olm;`],
  "dynamic import": ["mjs", (name) => `const { default: Olm } = await import("${name}");`],
  require: ["cjs", (name) => `const Olm = require("${name}");`],
  "require of a global": ["cjs", (name) => `global.Olm = require("${name}");`],
};

function output(extension, source) {
  const folder = mkdtempSync(join(here, "node_modules", "program-"));
  try {
    const file = join(folder, `program.${extension}`);
    writeFileSync(file, source + program);
    return execFileSync(process.execPath, [file], { encoding: "utf8" });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

describe("the same program", () => {
  for (const [way, [extension, beginning]] of Object.entries(ways)) {
    test(way, () => {
      const want = output(extension, beginning("@matrix-org/olm"));
      assert.match(want, /Hello room/);
      assert.equal(output(extension, beginning("mudpuppy/libolm")), want);
    });
  }

  test("import by name", () => {
    const got = output("mjs", `import * as Olm from "mudpuppy/libolm";`);
    assert.match(got, /Hello room/);
  });
});
