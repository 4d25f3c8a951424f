// The same, for those who call require.
import Olm = require("mudpuppy/libolm");

const account: Olm.Account = new Olm.Account();
const version: [number, number, number] = Olm.get_library_version();
Olm.init().then(() => account.sign(String(version)));
const again: typeof Olm.Account = Olm.Account;

// @ts-expect-error: a number is no message
new again().sign(1);
