// Machines over one store, for tabs in a world of their own. A machine tells by each
// answer which owner gave it, and the store remembers who has written what.
import { Page } from "./world.mjs";

/** How long it takes to open the store, to make a call, and to make one that takes long. */
const OPEN = 100;
const CALL = 5;
const LONG = 1000;
const PASSPHRASE = 5000;

/** What all tabs have in common: the epoch, and what was written in which. */
export class Store {
  epoch = 0;
  written = []; // { text, epoch }
}

/** A tab with a page of its own. */
export class SimulatedTab {
  roles = [];
  prepared = false;
  checks = 0;
  opened = 0;

  constructor(world, store, { passphrase = "", isHere = true, key = 7 } = {}) {
    this.world = world;
    this.store = store;
    this.page = new Page(world);
    const { Tab } = this.page.tested;
    const wanted = { userId: "@a:b", deviceId: "D", key: { raw: new Uint8Array(passphrase ? 0 : 32).fill(key), passphrase: new TextEncoder().encode(passphrase) } };
    const housing = {
      isHere,
      open: ({ wait }, ear, signal) => this.#open(wait, ear, isHere && passphrase !== "", signal),
      checkKey: async () => {
        this.checks++;
        if (key !== 7) throw Object.assign(new Error("the key is wrong"), { code: "ERR_STORE_KEY" });
      },
      prepare: () => (this.prepared = true),
      rest: () => (this.prepared = false),
    };
    this.heard = [];
    const ear = { news: (bytes) => this.heard.push(this.#text(bytes)), ended: (error) => this.roles.push(error.code), role: (role) => this.roles.push(role), position() {} };
    this.tab = new Tab("store", wanted, housing, ear);
    this.tab.opened.catch((error) => this.roles.push(error.code));
  }

  get role() {
    return this.tab.isOwner ? "owner" : this.roles.at(-1);
  }

  /** Makes a call, and notes in which epoch it was answered, by its text. */
  call(text, name = "machine_say") {
    const said = { text, began: this.world.now };
    const { pack, readPacked, takeText } = this.page.tested;
    this.tab.call(name, pack([text])).then(
      ({ failed, bytes }) => {
        const [first, second] = readPacked(bytes, () => [takeText(), takeText()]);
        Object.assign(said, failed ? { code: first } : { answer: first, epoch: Number(second) }, { ended: this.world.now });
      },
      ({ code }) => Object.assign(said, { code, ended: this.world.now }),
    );
    return said;
  }

  /** Connects it with a homeserver, where everything takes until the test answers. */
  connect() {
    this.sends = []; // { id, answer }
    this.pumps = 0;
    const send = ({ id }) => new Promise((answer) => this.sends.push({ id, answer }));
    this.tab.sendBy({ pump: async () => void this.pumps++, send, lost() {} });
  }

  #text(bytes) {
    const { readPacked, takeText } = this.page.tested;
    return readPacked(bytes, () => [takeText(), takeText()]);
  }

  /** Opens the store, which has a lock of its own, and takes its time, in which the page may be busy. */
  async #open(wait, ear, busily, signal) {
    const { page, store } = this;
    const { pack, readPacked, takeText } = page.tested;
    let release = () => {};
    await new Promise((opened, busy) => {
      const hold = (lock) => {
        if (!lock) return busy(Object.assign(new Error("another page has the store"), { code: "ERR_STORE_BUSY" }));
        opened();
        return new Promise((resolve) => (release = resolve));
      };
      signal?.addEventListener("abort", () => busy(Object.assign(new Error("it was aborted"), { code: "ERR_ABORTED" })));
      page.locks.request("mudpuppy:store", { ifAvailable: !wait, signal }, hold).catch(() => ear.news(pack(["role", "robbed"])));
    });
    if (busily) page.stick(PASSPHRASE);
    await new Promise((resolve) => page.timer(busily ? PASSPHRASE : OPEN, resolve));
    const epoch = ++store.epoch;
    this.opened++;
    this.ear = ear;
    const answer = (failed, ...values) => ({ failed, bytes: pack(values) });
    const call = async (name, values) => {
      const text = readPacked(values, takeText);
      await new Promise((resolve) => page.timer(name === "machine_recall" ? LONG : CALL, resolve));
      if (name === "machine_recall") return answer(false, text, String(epoch)); // from memory
      if (store.epoch !== epoch) return answer(true, "ERR_STORE_STALE", "another one has the store", 0);
      if (name === "machine_say") store.written.push({ text, epoch });
      await new Promise((resolve) => page.timer(CALL, resolve));
      return answer(false, text, String(epoch));
    };
    return { home: { call, release: () => page.timer(0, release) }, opened: { ed25519: "", curve: "", syncToken: "", discarded: "" } };
  }
}
