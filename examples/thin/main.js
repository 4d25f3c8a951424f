// The thinnest whole: Alice and Bob, two devices in one page, exchange room
// messages whose key travelled over Olm. Each load of the page begins, or goes
// on from the pickles of the last one, by one message.
import { init } from "mudpuppy/olm";
import { Alice, Bob } from "./devices.js";
import { openStore } from "./store.js";

const lines = document.getElementById("lines");
const show = (text) => lines.append(Object.assign(document.createElement("li"), { textContent: text }));

/** Alice and Bob meet, and Alice gives Bob the key of the room. */
function meet(pickleKey) {
  const alice = Alice.make(pickleKey);
  const bob = Bob.make(pickleKey);
  const roomKey = alice.shareRoomKey(bob.identityKey, bob.publishOneTimeKey());
  bob.receiveRoomKey(alice.identityKey, roomKey);
  show("Alice gave Bob the room key over Olm");
  return { alice, bob };
}

async function tell() {
  await init();
  const store = await openStore("mudpuppy-thin");
  document.getElementById("forget").onclick = () => store.forget().then(() => location.reload());

  const saved = await store.load();
  // Who can read this database can read the key too. A real application keeps
  // it elsewhere, or derives it from what the user knows.
  const pickleKey = saved?.pickleKey ?? crypto.getRandomValues(new Uint8Array(32));
  const { alice, bob } = saved
    ? { alice: Alice.restore(saved.alice, pickleKey), bob: Bob.restore(saved.bob, pickleKey) }
    : meet(pickleKey);
  if (saved) show("Alice and Bob were read from IndexedDB");

  const count = (saved?.count ?? 0) + 1;
  const message = alice.write(`message ${count} to the room`);
  // Saved before it leaves: else a crash could use the same key twice.
  await store.save({ pickleKey, count, alice: alice.pickles(), bob: bob.pickles() });
  show(`the server sees: ${message.slice(0, 40)}…`);
  const { text, index } = bob.read(message);
  show(`Bob reads at index ${index}: ${text}`);
  alice.free();
  bob.free();
}

tell().then(
  () => (document.body.dataset.outcome = "done"),
  (error) => {
    show(`${error.code ?? error.name}: ${error.message}`);
    document.body.dataset.outcome = "failed";
  },
);
