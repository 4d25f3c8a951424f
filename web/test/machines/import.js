// Imports room keys, as often as it is loaded, and tells the server how far it has come.
import { indexedDBStore, init, OlmMachine, verifyStore } from "/mudpuppy/dist/mudpuppy.browser.js";

const tell = (what) => fetch("/tell", { method: "POST", body: JSON.stringify(what) }).then((answer) => answer.json());
const store = indexedDBStore("import");
const key = new Uint8Array(32).fill(7);

try {
  await init();
  const file = await (await fetch("/keys.txt")).blob();
  const machine = await OlmMachine.open({ userId: "@alice:example.org", deviceId: "IMPORT", store, key, wait: true });
  await tell({ opened: true });
  let asked = Promise.resolve();
  const onProgress = ({ keys }) => {
    asked = tell({ keys }).then(({ reload }) => reload && location.reload());
  };
  const result = await machine.importRoomKeys(file, { passphrase: "secret", onProgress });
  await asked;
  const exported = JSON.parse(await (await machine.exportRoomKeys({ unencrypted: true })).text());
  await machine.close();
  const { broken, tables } = await verifyStore({ store, key });
  const isIntact = broken.length === 0 && tables.every(({ intact }) => intact);
  await tell({ result, isIntact, exported });
} catch (error) {
  await tell({ error: String(error.stack) });
}
