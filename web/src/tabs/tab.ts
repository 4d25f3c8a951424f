// A machine that several tabs share: what each of them has of it. The tab that is
// elected owner opens the machine, in its page or worker; the others send it their
// calls. A call waits here until there is an answer, whoever is the owner then.
import { MudpuppyError } from "../bridge/errors.js";
import { type Answer, codeOf, errorOf, type Home, pack } from "../bridge/promises.js";
import type { Answer as HTTPAnswer } from "../connect/http.js";
import type { Ear, Hosted, Wanted } from "../hosting/here.js";
import type { Housing } from "../hosting/housing.js";
import { build, failure } from "../hosting/protocol.js";
import type { OutgoingRequest } from "../machine/client.js";
import type { Role } from "../machine/news.js";
import { Election } from "./election.js";
import { Hub, type Sent } from "./hub.js";
import { type Guest, nameOfGuest, PUMP, type Term, type ToAll, type ToGuest, type ToOwner } from "./messages.js";
import { ATTEMPTS, ofRequests, ofUsers, once, ownersOnly } from "./repeat.js";


/** Whom a tab tells what happens. */
export interface TabEar extends Ear {
  role(role: Role): void;
  /** The position in the stream, as the store has it. */
  position(syncToken: string): void;
}

/** The connection of a tab with the homeserver. */
export interface Sender {
  /** Sends what the machine has to send, if this is the owner. */
  pump(): Promise<void>;
  /** Sends one request for the owner, or returns undefined. */
  send(request: OutgoingRequest): Promise<HTTPAnswer> | undefined;
  /** Is told that this is not the owner any more. */
  lost(): void;
}

interface Pending {
  name: string;
  values: Uint8Array<ArrayBuffer>;
  signal: AbortSignal | undefined;
  attempts: number;
  resolve(answer: Answer): void;
  reject(error: unknown): void;
}

/** Errors of a machine that was lost to another owner, or with its worker. */
const lost: ReadonlySet<string | undefined> = new Set(["ERR_STORE_STALE", "ERR_CLOSED", "ERR_WORKER", "ERR_FAULT", "ERR_CRASHED"]);

/** How long one who has the store and is no tab of ours is waited for, in milliseconds: one that is silent is robbed after ten seconds. */
const OUTLIVED = 15_000;

const done = (): Answer => ({ failed: false, bytes: new Uint8Array() });

export class Tab implements Home {
  /** Settles when the machine can be used for the first time. */
  readonly opened: Promise<Hosted["opened"]>;
  readonly #store: string;
  readonly #wanted: Wanted;
  readonly #housing: Housing;
  readonly #ear: TabEar;
  readonly #guest: Guest;
  readonly #election: Election;
  readonly #channel: BroadcastChannel;
  readonly #pending = new Map<number, Pending>();
  #leaveLife = () => {};
  #hosted: Hosted | undefined; // if we are the owner
  #hub: Hub | undefined;
  #owner: Term | undefined; // through whom we work, if we are not
  #joining: Term | undefined; // whom we have asked last to let us in
  #owners = 0; // how many we have had
  #last = 0;
  #checked: Promise<void> | undefined;
  #ended: MudpuppyError | undefined;
  #sender: Sender | undefined;
  readonly #connected: Promise<void>;
  #connect = () => {};
  #open: { resolve(opened: Hosted["opened"]): void; reject(error: unknown): void } | undefined;

  constructor(store: string, wanted: Wanted, housing: Housing, ear: TabEar) {
    const { userId, deviceId, key } = wanted;
    this.#store = store;
    this.#wanted = { ...wanted, key: { raw: key.raw.slice(), passphrase: key.passphrase.slice() } };
    this.#housing = housing;
    this.#ear = ear;
    const id = [...crypto.getRandomValues(new Uint32Array(4))].join("-");
    this.#guest = { id, build, userId, deviceId, sealed: key.raw.length + key.passphrase.length > 0, asked: 0 };
    this.#connected = new Promise((resolve) => (this.#connect = resolve));
    this.opened = new Promise((resolve, reject) => (this.#open = { resolve, reject }));
    this.#channel = new BroadcastChannel(nameOfGuest(store, id));
    this.#channel.onmessage = ({ data }: MessageEvent<ToGuest>) => this.#hear(data);
    this.#live();
    const opensBusily = housing.isHere && key.passphrase.length > 0;
    this.#election = new Election(store, nameOfGuest(store, id), opensBusily, {
      won: (robbing) => void this.#won(robbing),
      lost: () => this.#lost(),
      frozen: () => this.#lost(),
      isNext: (next) => (next ? housing.prepare() : housing.rest()),
      waits: () => this.#pending.size > 0,
      heard: (owner) => this.#join(owner),
      told: (message) => this.#told(message),
    });
  }

  /** Whether this tab is the owner. */
  get isOwner(): boolean {
    return this.#hosted !== undefined;
  }

  async call(name: string, values: Uint8Array<ArrayBuffer>, signal?: AbortSignal): Promise<Answer> {
    if (name === "machine_close") return this.#close();
    if (this.#ended) throw this.#ended;
    if (ownersOnly.has(name) && !this.isOwner) throw guest();
    if (ofUsers.has(name)) this.#guest.asked = Date.now();
    const number = ++this.#last;
    const abort = () => this.#abort(number);
    const answer = await new Promise<Answer>((resolve, reject) => {
      const call = { name, values, signal, attempts: 0, resolve, reject };
      this.#pending.set(number, call);
      signal?.addEventListener("abort", abort, { once: true });
      this.#send(number, call);
    }).finally(() => {
      values.fill(0);
      signal?.removeEventListener("abort", abort);
    });
    return this.#asIfOnce(name, answer);
  }

  /** Has the owner's tab send what the machine has to send. */
  async pump(): Promise<void> {
    const answer = await this.call(PUMP, new Uint8Array());
    if (answer.failed) throw errorOf(answer);
  }

  /** Says how this tab reaches the homeserver. */
  sendBy(sender: Sender): void {
    this.#sender = sender;
    this.#connect();
    if (this.isOwner) this.#pumpSoon();
  }

  /** Has the tab send a request whose user has asked for it, unless that is this one. It returns whether it is another. */
  passOn(request: OutgoingRequest, sent: Sent): boolean {
    return request.kind === "signing_upload" && this.#hub !== undefined && this.#hub.passOn(request, this.#guest.asked, sent);
  }

  release(): void {
    this.#end(new MudpuppyError("ERR_CLOSED", "it was closed"));
  }

  // As any tab.

  /** Has a lock as long as the tab lives, so that the owner notices its end. */
  #live(): void {
    const live = () => (this.#ended ? undefined : new Promise<void>((resolve) => (this.#leaveLife = resolve)));
    navigator.locks.request(nameOfGuest(this.#store, this.#guest.id), live).catch(() => {});
  }

  #send(number: number, call: Pending): void {
    const { name, values } = call;
    if (!this.#hosted && this.#owner === undefined) return; // until there is an owner
    if (++call.attempts > ATTEMPTS || (call.attempts > 1 && once.has(name))) {
      return this.#settle(number, failure(new MudpuppyError("ERR_INTERRUPTED", "the tab that had the machine has ended meanwhile")));
    }
    if (!this.#hosted) return this.#post({ call: number, name, values, owner: this.#owner! });
    void this.#make(name, values.slice(), call.signal).then((answer) => answer && this.#settle(number, answer));
  }

  #sendAll(): void {
    for (const [number, call] of this.#pending) this.#send(number, call);
  }

  #settle(number: number, answer: Answer): void {
    this.#pending.get(number)?.resolve(answer);
    this.#pending.delete(number);
  }

  #abort(number: number): void {
    if (this.#hosted) return; // whose call has the signal
    if (this.#owner !== undefined) this.#post({ abort: number, owner: this.#owner });
    this.#settle(number, failure(new MudpuppyError("ERR_ABORTED", "the call was aborted")));
  }

  /** Takes a call that an owner before may have made already for one that was made once. */
  async #asIfOnce(name: string, answer: Answer): Promise<Answer> {
    if (!answer.failed || this.#owners < 2) return answer;
    const code = codeOf(answer);
    if (code === "ERR_UNKNOWN_REQUEST" && ofRequests.has(name)) return done();
    if (code === "ERR_IDENTITY_EXISTS") {
      const status = await this.call("machine_crossSigningStatus", pack([]));
      if (!status.failed && new Uint32Array(status.bytes.buffer, status.bytes.byteOffset, 3).every((has) => has === 1)) return done();
    }
    return answer;
  }

  #end(error: MudpuppyError): void {
    if (this.#ended) return;
    this.#ended = error;
    if (this.#owner !== undefined && !this.#hosted) this.#post({ leave: true, owner: this.#owner });
    this.#lost();
    this.#election.close();
    this.#housing.rest();
    this.#channel.close();
    this.#leaveLife();
    this.#open?.reject(error);
    for (const [number, call] of this.#pending) {
      this.#pending.delete(number);
      call.reject(error);
    }
    this.#wanted.key.raw.fill(0);
    this.#wanted.key.passphrase.fill(0);
  }

  /** Ends, and says so to who has the machine. */
  #fail(error: MudpuppyError): void {
    const wasOpen = !this.#open && !this.#ended;
    this.#end(error);
    if (wasOpen) this.#ear.ended(error);
  }

  async #close(): Promise<Answer> {
    const hosted = this.#hosted;
    this.#hub?.close();
    this.#hub = this.#hosted = undefined; // what comes now, waits for the end
    let answer = done();
    try {
      if (hosted) answer = await hosted.home.call("machine_close", pack([]));
    } catch {
      // with its worker
    }
    hosted?.home.release();
    this.release();
    return answer.failed && lost.has(codeOf(answer)) ? done() : answer;
  }

  #ready(opened: Hosted["opened"], role: Role): void {
    this.#owners++;
    const open = this.#open;
    this.#open = undefined;
    open?.resolve(opened);
    if (!open) this.#ear.position(opened.syncToken);
    this.#ear.role(role);
    this.#sendAll();
  }

  // As a guest.

  #post(message: ToOwner): void {
    this.#channel.postMessage(message);
  }

  #join(owner: Term): void {
    if (this.#hosted || owner === this.#owner) return;
    this.#joining = owner;
    this.#election.post({ join: this.#guest, owner });
  }

  #hear(message: ToGuest): void {
    if (this.#election.term !== undefined) return; // from one who was the owner before us
    if ("call" in message) {
      if (message.owner === this.#owner) this.#settle(message.call, message.answer);
    } else if ("refused" in message) {
      this.#fail(new MudpuppyError(message.refused.code, message.refused.message));
    } else if ("send" in message) {
      if (message.owner === this.#owner) void this.#sendFor(message.owner, message.send);
    } else {
      void this.#welcome(message.welcome, message.owner);
    }
  }

  /** Sends a request for the owner. If there is another one meanwhile, that one asks again. */
  async #sendFor(owner: Term, request: OutgoingRequest): Promise<void> {
    const answer = await this.#sender?.send(request);
    if (owner === this.#owner && !this.#ended) this.#post({ sent: request.id, answer, owner });
  }

  async #welcome(opened: Hosted["opened"], owner: Term): Promise<void> {
    try {
      await (this.#checked ??= this.#housing.checkKey());
    } catch (error) {
      return this.#fail(error as MudpuppyError);
    }
    if (this.#ended || this.#election.term !== undefined || owner === this.#owner || owner !== this.#joining) return;
    this.#owner = owner;
    this.#ready(opened, "guest");
  }

  #told(message: ToAll): void {
    if ("join" in message) {
      if (message.owner === this.#election.term) this.#hub?.join(message.join);
    } else if ("news" in message && message.owner === this.#owner && !this.#hosted) {
      const over = isLost(message.news);
      this.#ear.news(message.news);
      if (over) this.#end(new MudpuppyError("ERR_CLOSED", "the store was lost"));
    }
  }

  // As the owner.

  async #won(robbing: boolean): Promise<void> {
    const term = this.#election.term!;
    this.#owner = undefined;
    // The one before may still have the lock of the store, and not know that it was robbed.
    if (robbing) await navigator.locks.request(`mudpuppy:${this.#store}`, { steal: true }, () => {}).catch(() => {});
    let hosted: Hosted | undefined;
    const isOurs = () => this.#election.term === term && !this.#ended;
    try {
      const ear = { news: (bytes: Uint8Array<ArrayBuffer>) => this.#news(bytes, term), ended: () => this.#resign(term) };
      hosted = await this.#openMachine(robbing, ear);
    } catch (error) {
      if (!isOurs()) return;
      if ((error as MudpuppyError).code === "ERR_STORE_STALE") return this.#election.resign();
      return this.#fail(error as MudpuppyError);
    }
    if (!isOurs()) return hosted.home.release();
    const { opened } = hosted;
    this.#hosted = hosted;
    this.#checked = Promise.resolve();
    this.#hub = new Hub(this.#store, term, this.#guest, () => opened, (name, values, signal) => this.#make(name, values, signal));
    this.#election.ready(); // others have waited as long as we
    this.#ready(opened, "owner");
    this.#pumpSoon();
  }

  /**
   * Opens the machine. The worker of a page that was closed may outlive it for a moment, or
   * sleep with it: then it still has the store, and is waited for, or robbed if it is silent.
   */
  async #openMachine(robbing: boolean, ear: Ear): Promise<Hosted> {
    const open = (wait: boolean, signal?: AbortSignal) => this.#housing.open({ ...this.#wanted, wait }, ear, signal);
    if (robbing) return open(true);
    try {
      return await open(false);
    } catch (busy) {
      if ((busy as MudpuppyError).code !== "ERR_STORE_BUSY") throw busy;
      const controller = new AbortController();
      const timer = setTimeout(() => controller.abort(), OUTLIVED);
      try {
        return await open(true, controller.signal);
      } catch (error) {
        throw controller.signal.aborted ? busy : error;
      } finally {
        clearTimeout(timer);
      }
    }
  }

  /** Makes a call of this tab or another one. There is no answer if the machine was lost meanwhile. */
  async #make(name: string, values: Uint8Array<ArrayBuffer>, signal: AbortSignal | undefined): Promise<Answer | undefined> {
    const hosted = this.#hosted;
    const term = this.#election.term;
    let answer: Answer;
    try {
      answer = name === PUMP ? await this.#pumpHere() : await hosted!.home.call(name, values, signal);
    } catch (error) {
      answer = failure(error);
    }
    if (name === PUMP && this.#hosted !== hosted) return undefined; // the next owner is to do it
    if (!answer.failed || !lost.has(codeOf(answer))) return answer;
    this.#resign(term);
    return undefined;
  }

  /** Gives up a machine that was lost. */
  #resign(term: Term | undefined): void {
    if (term !== undefined && term === this.#election.term) this.#election.resign();
  }

  #lost(): void {
    this.#hub?.close();
    this.#hosted?.home.release();
    if (this.#hosted) this.#sender?.lost();
    if (this.#hosted && !this.#ended) this.#ear.role("guest");
    this.#hub = this.#hosted = this.#owner = undefined;
    for (const [number, { name, attempts }] of this.#pending) {
      if (attempts > 0 && ownersOnly.has(name)) this.#settle(number, failure(guest()));
    }
  }

  /** Passes on what the machine tells. */
  #news(bytes: Uint8Array<ArrayBuffer>, term: Term): void {
    if (term !== this.#election.term) return;
    const kind = codeOf({ bytes });
    if (kind === "role") return codeAt(bytes, kind) === "robbed" ? this.#resign(term) : undefined;
    if (isLost(bytes, "ERR_STORE_STALE")) return this.#resign(term);
    if (kind !== "log") this.#election.post({ news: bytes, owner: term });
    const over = isLost(bytes);
    this.#ear.news(bytes);
    if (over) this.#end(new MudpuppyError("ERR_CLOSED", "the store was lost"));
  }

  async #pumpHere(): Promise<Answer> {
    try {
      await this.#connected;
      await this.#sender!.pump();
      return done();
    } catch (error) {
      return failure(error);
    }
  }

  #pumpSoon(): void {
    void this.#connected.then(() => (this.isOwner ? this.#sender!.pump() : undefined)).catch(() => {}); // the next pump tells
  }
}

function guest(): MudpuppyError {
  return new MudpuppyError("ERR_GUEST", "another tab owns the machine, and syncs");
}

/** Whether news say that the store is lost, for a certain reason if one is given. */
function isLost(bytes: Uint8Array<ArrayBuffer>, code?: string): boolean {
  if (codeOf({ bytes }) !== "storeLost") return false;
  return code === undefined || codeAt(bytes, "storeLost") === code;
}

/** The text after another one, in ASCII. */
function codeAt(bytes: Uint8Array<ArrayBuffer>, after: string): string {
  return codeOf({ bytes: bytes.subarray(4 + after.length) });
}
