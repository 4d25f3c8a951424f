// The worker's end: it opens machines for the page, and makes the calls that come.
import { MudpuppyError } from "../bridge/errors.js";
import type { Answer, Home } from "../bridge/promises.js";
import type { InitOptions } from "../loader/init.js";
import { checkKey, deleteDatabase, type Key } from "../machine/client.js";
import { type BuiltInStore, indexedDBStore, memoryStore } from "../machine/stores.js";
import { Here, hostHere, verify } from "./here.js";
import { here, type Migration } from "./program.js";
import { build, failure, type FromWorker, type Greeting, type Place, type ToWorker } from "./protocol.js";

/** How a worker starts its program, and learns whether that has crashed. */
export interface Program {
  init(options: InitOptions): Promise<void>;
  hasCrashed(): boolean;
}

/** Whether a message asks a worker to host machines. */
export function isGreeting(message: unknown): message is Greeting {
  return typeof message === "object" && message !== null && "mudpuppy" in message && "port" in message;
}

/** Begins to host machines for a page. */
export async function serve(program: Program, { mudpuppy, port, init }: Greeting): Promise<void> {
  const post = (message: FromWorker, transfer: Transferable[] = []) => port.postMessage(message, transfer);
  try {
    if (mudpuppy !== build) throw new MudpuppyError("ERR_OTHER_VERSION", "the worker is of another version than the page");
    await program.init(init);
  } catch (error) {
    const { code, message } = error as MudpuppyError;
    return post({ is: "refused", code, message });
  }
  const life = await live();
  const service = new Service(program, post);
  port.onmessage = ({ data }: MessageEvent<ToWorker>) => service.hear(data);
  post({ is: "ready", life });
}

/** Takes a lock that nobody gets before the worker has ended, and returns its name; none where there are no locks. */
async function live(): Promise<string> {
  const name = `mudpuppy worker ${[...crypto.getRandomValues(new Uint32Array(4))].join("-")}`;
  const locks = globalThis.navigator?.locks;
  if (!locks) return "";
  return new Promise((resolve) => {
    locks.request(name, () => {
      resolve(name);
      return new Promise(() => {});
    }).catch(() => resolve(""));
  });
}

class Service {
  readonly #program: Program;
  readonly #post: (message: FromWorker, transfer?: Transferable[]) => void;
  readonly #machines = new Map<number, Home>();
  readonly #migrations = new Map<number, Migration>();
  readonly #calls = new Map<number, AbortController>();
  readonly #memories = new Map<number, BuiltInStore>();

  constructor(program: Program, post: (message: FromWorker, transfer?: Transferable[]) => void) {
    this.#program = program;
    this.#post = post;
  }

  hear(message: ToWorker): void {
    if (message.do === "abort") return this.#calls.get(message.call)?.abort();
    if (message.do === "release") {
      this.#machines.get(message.machine)?.release();
      this.#machines.delete(message.machine);
      this.#migrations.delete(message.machine);
      return;
    }
    const { call } = message;
    const controller = new AbortController();
    this.#calls.set(call, controller);
    this.#do(message, controller.signal)
      .catch((error: unknown) => this.#post({ is: "failed", call, answer: failure(error) }))
      .finally(() => {
        this.#calls.delete(call);
        if (this.#program.hasCrashed()) setTimeout(() => this.#post({ is: "crashed" })); // after all who wait were answered
      });
  }

  async #do(message: Exclude<ToWorker, { do: "abort" | "release" }>, signal: AbortSignal): Promise<void> {
    const { call } = message;
    switch (message.do) {
      case "call":
        return this.#answer(call, await this.#call(message, signal));
      case "open":
        return this.#post({ is: "value", call, value: await this.#open(message, signal) });
      case "verify":
        return this.#post({ is: "value", call, value: await verify(this.#store(message.store), message.key).finally(() => wipe(message.key)) });
      case "check":
        await checkKey(message.name, message.key).finally(() => wipe(message.key));
        return this.#post({ is: "value", call, value: undefined });
      case "delete":
        await deleteDatabase(message.name);
        return this.#post({ is: "value", call, value: undefined });
      case "encryptFile":
        return this.#post({ is: "value", call, value: await this.#encryptFile(message.machine) });
      case "decryptFile":
        this.#machines.set(message.machine, new Here((await here.decryptFile(JSON.parse(message.file))) as number));
        return this.#post({ is: "value", call, value: undefined });
      case "beginMigration":
        return this.#post({ is: "value", call, value: await this.#beginMigration(message, signal) });
      case "migrate":
        return this.#post({ is: "value", call, value: await this.#migration(message.migration).add(message.kind, message.batch as never) });
      case "endMigration":
        return this.#post({ is: "value", call, value: await this.#migration(message.migration).end(message.whole) });
    }
  }

  async #encryptFile(machine: number): Promise<unknown> {
    const { of, keys } = await here.encryptFile();
    this.#machines.set(machine, new Here(of as number));
    return keys;
  }

  async #beginMigration({ machine, store, key, device }: ToWorker & { do: "beginMigration" }, signal: AbortSignal): Promise<unknown> {
    const migration = await here.beginMigration(this.#store(store), key, device, signal).finally(() => wipe(key));
    this.#migrations.set(machine, migration);
    return migration.finished;
  }

  #migration(number: number): Migration {
    const migration = this.#migrations.get(number);
    if (!migration) throw new MudpuppyError("ERR_CLOSED", "it was closed");
    return migration;
  }

  async #open({ machine, wanted }: ToWorker & { do: "open" }, signal: AbortSignal): Promise<unknown> {
    const news = (bytes: Uint8Array<ArrayBuffer>) => this.#post({ is: "news", machine, bytes }, [bytes.buffer]);
    const ear = { news, ended: () => {} };
    const opening = hostHere({ ...wanted, store: this.#store(wanted.store) }, ear, signal);
    const { home, opened } = await opening.finally(() => wipe(wanted.key));
    this.#machines.set(machine, home);
    return opened;
  }

  async #call({ machine, name, values }: ToWorker & { do: "call" }, signal: AbortSignal): Promise<Answer> {
    const home = this.#machines.get(machine);
    if (!home) throw new MudpuppyError("ERR_CLOSED", "it was closed");
    return home.call(name, values, signal);
  }

  #answer(call: number, answer: Answer): void {
    this.#post({ is: "answer", call, answer }, [answer.bytes.buffer]);
  }

  #store(place: Place): BuiltInStore {
    if ("indexedDB" in place) return indexedDBStore(place.indexedDB);
    const store = this.#memories.get(place.memory) ?? memoryStore();
    this.#memories.set(place.memory, store);
    return store;
  }
}

function wipe(key: Key): void {
  key.raw.fill(0);
  key.passphrase.fill(0);
}
