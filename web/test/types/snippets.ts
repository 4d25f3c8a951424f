// What must compile, and, marked as an error expected, what must not.
import {
  Account,
  type ErrorCode,
  InboundGroupSession,
  MudpuppyError,
  OutboundGroupSession,
  Session,
  init,
} from "mudpuppy/olm";
import { inspect, print } from "mudpuppy/inspect";
import * as inline from "mudpuppy/olm/inline";
import { limits, type Store, StoreError } from "mudpuppy/store";
import { storeConformance } from "mudpuppy/store-conformance";

await init({ url: new URL("https://example.org/olm.wasm"), signal: AbortSignal.timeout(1000) });
await inline.init();

using account = new Account();
const key: Uint8Array = account.pickle(new Uint8Array(32));
const ids: string = account.identityKeys.curve25519;
const fallback: { key: string; keyId: string } | undefined = account.fallbackKey();
const room = new OutboundGroupSession();
const cipher: string = room.encrypt("text") + room.encrypt(new Uint8Array(1));
const order: "equal" | "better" | "worse" | "unconnected" = InboundGroupSession.import("").compare(
  new InboundGroupSession(room.sessionKey()),
);
const code: ErrorCode = "ERR_MAC";
if ((fallback as unknown) instanceof MudpuppyError) throw new Error(key.length + ids + cipher + order + code);

// @ts-expect-error: a session is not made by its constructor
new Session();
// @ts-expect-error: the key is missing
account.pickle();
// @ts-expect-error: a pickle key is no string
account.pickle("key");
// @ts-expect-error: a property is read-only
account.oneTimeKeyCount = 1;
// @ts-expect-error: an account is no group session
InboundGroupSession.import("").merge(account);
// @ts-expect-error: an outbound session is no inbound one
InboundGroupSession.import("").merge(room);
// @ts-expect-error: there may be none
account.fallbackKey().key;
// @ts-expect-error: the list of codes is closed
const unknown: ErrorCode = "ERR_WHATEVER";
// @ts-expect-error: errors are made by Mudpuppy
new MudpuppyError(unknown, "message");
// @ts-expect-error: there is no such option
await init({ adress: "" });

const nothing: Store = {
  load: ({ table, limit = limits.page }) => ({ records: [], epoch: table.length - limit }),
  async commit() {},
};
storeConformance(() => () => nothing, { test: (name, run) => void name.concat(String(run)) });
if (new StoreError("ERR_STORE_FULL", "", { cause: nothing }).code === "ERR_STORE_FULL") print(await inspect(nothing));
const answer: Store = {
  // @ts-expect-error: values are bytes
  load: () => ({ epoch: 0, records: [{ table: "rooms", key: "k", value: "text" }] }),
  // @ts-expect-error: a commit says nothing, or throws
  commit: () => false,
};
// @ts-expect-error: no such table
answer.load({ table: "room" });
// @ts-expect-error: no such code
new StoreError("ERR_STORE", "");
