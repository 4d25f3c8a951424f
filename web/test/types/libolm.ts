// What was written for the types of @matrix-org/olm.
import Olm, { Account, PRIVATE_KEY_LENGTH, type Session, init } from "mudpuppy/libolm";
import * as all from "mudpuppy/libolm";

await Olm.init();
await init({ locateFile: () => "olm.wasm" });

const account: Olm.Account = new Olm.Account();
const same: Account = account;
account.create();
account.unpickle(new Uint8Array(32), account.pickle("key"));
const session: Session = new all.Session();
session.create_outbound(same, "identity key", "one-time key");
const message: { type: 0 | 1; body: string } = session.encrypt("text");
const text: string = session.decrypt(message.type, message.body);
const group: Olm.InboundGroupSession = new Olm.InboundGroupSession();
const { message_index, plaintext }: { message_index: number; plaintext: string } = group.decrypt("message");
const version: [number, number, number] = Olm.get_library_version();
const bytes: Uint8Array = new Olm.SAS().generate_bytes("info", PRIVATE_KEY_LENGTH + message_index);
const sealed: { ciphertext: string; mac: string; ephemeral: string } = new Olm.PkEncryption().encrypt(text + plaintext);

declare global {
  var device: { olm: typeof Olm; account: Olm.Account };
}
globalThis.device = { olm: Olm, account };

// @ts-expect-error: a session encrypts text only
session.encrypt(bytes);
// @ts-expect-error: an account is no session
account.remove_one_time_keys(account);
// @ts-expect-error: the pickle is missing
account.unpickle("key");
// @ts-expect-error: there is no such class
new Olm.Whatever(version, sealed);
// @ts-expect-error: what is inside stays there
all.accountOf(account);
