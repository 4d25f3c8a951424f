// A tab of an application whose tabs share a machine, as the README says it, for tests:
// it is called as window.tab.
import { connect, indexedDBStore, init, OlmMachine } from "/mudpuppy/dist/mudpuppy.browser.js";

const userId = "@alice:example.org";
const deviceId = "TABS";
const token = `${userId} ${deviceId}`;
const key = new Uint8Array(32).fill(7);
const worker = location.search === "?worker";
const filter = encodeURIComponent(JSON.stringify({ room: { timeline: { limit: 10_000 } } }));
const timeline = new BroadcastChannel("timeline");
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

let machine, connection, room;
let members = [];
const roles = [];
const heard = []; // events of the machine
const events = new Map(); // encrypted events of the room, by id
const texts = new Map(); // what they say
const reading = new Set(); // of which there is no answer yet
const unread = new Map(); // why not
const toDevice = [];
const challenges = []; // of which the user has to authenticate
let asleep = 0; // when the tab was last frozen, thawed or stuck
for (const type of ["freeze", "resume"]) document.addEventListener(type, () => (asleep = Date.now()));

/** A request that is made again, as the same one, until there is an answer: Chromium may forget it when the page freezes. */
async function call(method, path, body, ending) {
  for (;;) {
    try {
      const headers = { authorization: `Bearer ${token}` };
      const limit = AbortSignal.timeout(6000);
      const signal = ending ? AbortSignal.any([ending, limit]) : limit;
      const response = await fetch(`/_matrix/client/v3/${path}`, { method, headers, signal, body: body && JSON.stringify(body) });
      const answer = await response.json();
      if (response.ok) return answer;
      throw new Error(`${path}: ${response.status} ${JSON.stringify(answer)}`);
    } catch (error) {
      if (ending?.aborted || !(error instanceof TypeError || error instanceof SyntaxError || error.name === "TimeoutError")) throw error;
      await pause(50);
    }
  }
}

/** Syncs as long as this tab is the owner. */
async function sync(signal) {
  while (!signal.aborted) {
    const since = machine.syncToken;
    const answer = await call("GET", `sync?timeout=0&filter=${filter}${since && `&since=${since}`}`, undefined, signal);
    const rooms = answer.rooms?.join ?? {};
    timeline.postMessage({ rooms }); // before it counts as received, so that it comes again if this tab ends
    show({ rooms });
    if (signal.aborted) return;
    const received = await machine.receiveSync(answer);
    timeline.postMessage({ received });
    show({ received });
    await connection.pump();
    await pause(100);
  }
}

let owning = new AbortController();

function roleIs(role) {
  owning.abort();
  owning = new AbortController();
  if (role === "owner") sync(owning.signal).catch((error) => roles.push(`sync: ${error.code ?? error.name}`));
  readAll();
}

function show({ rooms = {}, received = [] }) {
  toDevice.push(...received);
  for (const event of rooms[room]?.timeline.events ?? []) {
    if (event.type === "m.room.encrypted") events.set(event.event_id, event);
  }
  readAll();
}

function readAll() {
  for (const event of events.values()) read(event);
}

async function read(event) {
  if (texts.has(event.event_id) || reading.has(event.event_id)) return;
  reading.add(event.event_id);
  try {
    const { event: clear } = await machine.decrypt(room, event);
    texts.set(event.event_id, clear.content.body);
    unread.delete(event.event_id);
  } catch (error) {
    unread.set(event.event_id, error.code); // until its key has come
  } finally {
    reading.delete(event.event_id);
  }
}

timeline.onmessage = ({ data }) => show(data);

let theWorker;

/** A worker of the application's, which it can end. */
function startWorker() {
  return (theWorker = new Worker("/mudpuppy/dist/mudpuppy.worker.js", { type: "module" }));
}

let talking;
const stats = { said: 0, longest: 0, says: [] }; // says: when each began and ended while the tab was awake

window.tab = {
  async open(options = {}) {
    if (!worker) await init();
    if (worker) options = { worker: startWorker, ...options };
    const all = { userId, deviceId, key, shared: true, policy: "all_devices", ...options };
    machine = await OlmMachine.open({ store: indexedDBStore("tabs"), ...all, onRole: (role) => roles.push(role) });
    const authenticate = (challenge) => new Promise((resolve) => challenges.push({ challenge, resolve }));
    connection = connect(machine, { baseUrl: location.origin, accessToken: token, authenticate });
    for (const type of ["roomKeys", "devicesChanged", "storeLost"]) machine.addEventListener(type, () => heard.push(type));
    machine.addEventListener("roomKeys", readAll);
    machine.addEventListener("role", ({ detail }) => roleIs(detail.role));
    roleIs(machine.role);
    return machine.role;
  },
  enter(its, users) {
    room = its;
    members = users;
  },
  role: () => machine.role,
  roles: () => roles,
  heard: () => heard,
  keys: () => machine.identityKeys,
  instance: () => machine instanceof OlmMachine,
  call,
  close: () => machine.close(),
  /** Keeps the thread of the page busy. */
  stick(ms) {
    asleep = Date.now() + ms;
    while (Date.now() < asleep);
  },
  endWorker: () => theWorker.terminate(),
  pump: () => connection.pump(),
  challenges: () => challenges.map(({ challenge }) => challenge.session),
  /** What the user does about the last of them. */
  authenticate: (auth) => challenges.at(-1).resolve(auth),
  do: (method, ...args) => machine[method](...args),
  /** Imports room keys, and returns what it was told of that; or gives up as soon as it is told of something. */
  async importKeys(keys, givesUp) {
    const controller = new AbortController();
    const told = [];
    const onProgress = ({ keys }) => {
      told.push(keys);
      if (givesUp) controller.abort();
    };
    const { imported, kept } = await machine.importRoomKeys(keys, { onProgress, signal: controller.signal });
    return { told, all: imported + kept };
  },
  async say(text) {
    stats.doing = `encrypts ${text}`;
    const content = await connection.encrypt(room, members, "m.room.message", { msgtype: "m.text", body: text });
    stats.doing = `sends ${text}`;
    const { event_id: id } = await call("PUT", `rooms/${encodeURIComponent(room)}/send/m.room.encrypted/${encodeURIComponent(text)}`, content);
    return id;
  },
  /** Says one thing after the other, until it is told to stop. */
  talk(name) {
    let on = true;
    const talk = async () => {
      while (on) {
        const began = Date.now();
        try {
          await window.tab.say(`${name} ${stats.said + 1}`);
        } catch (error) {
          roles.push(`say: ${error.code ?? error}`);
          throw error;
        }
        stats.said++;
        if (asleep < began) {
          stats.says.push([began, Date.now()]);
          stats.longest = Math.max(stats.longest, Date.now() - began);
        }
        await pause(30);
      }
    };
    const talked = talk();
    talking = () => ((on = false), talked);
  },
  stop: () => talking(),
  stats: () => stats,
  unread: () => [...unread.values()],
  texts: () => [...texts.values()],
  toDevice: () => toDevice.map(({ content }) => content),
};
const codeOf = (error) => `failed: ${error.code ?? error.stack}`;
for (const [name, f] of Object.entries(window.tab)) window.tab[name] = async (...args) => (async () => f(...args))().catch(codeOf);
document.body.dataset.outcome = "ready";
