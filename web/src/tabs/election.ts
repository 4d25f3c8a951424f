// Who of several tabs owns a machine: the one that has a Web Lock. The others wait for
// it in turn, and ask the owner whether it is there. What they count are questions
// without an answer, so that a tab that was asleep does not take that for the silence
// of the other. An owner that does not answer is robbed of the lock. It may not notice
// before it wakes; what keeps it from writing then is the epoch of the store, as
// package store/owner says.
import { nameOf, type Term, type ToAll } from "./messages.js";

/** How often the owner is asked, in milliseconds. */
const INTERVAL = 250;

/**
 * How many questions an owner may leave without an answer: for two seconds, or three
 * while it opens the store, or half a minute while it tries a passphrase.
 */
const PATIENCE = { ready: 8, opening: 12, busy: 120 };

/** The same where something waits for the owner, of the one who is next, and of the others, who let that one go first. */
const IMPATIENCE = { next: 5, others: 7 };

/** After how many turns to ask it is looked who is next. */
const LOOK = 8;

/** Whom an election tells how it goes. */
export interface Candidate {
  /** We own it from now on. Robbing says whether somebody may have had it who does not know that. */
  won(robbing: boolean): void;
  /** We do not own it any more. */
  lost(): void;
  /** The page is about to be frozen: what it has must be let go of at once. */
  frozen(): void;
  /** We are the first of those who wait, or not any more. */
  isNext(next: boolean): void;
  /** Whether something waits for the owner. */
  waits(): boolean;
  /** Somebody else owns it, and is ready for guests. */
  heard(owner: Term): void;
  /** Somebody has said something else to all. */
  told(message: ToAll): void;
}

export class Election {
  /** Our term, if we are the owner. */
  term: Term | undefined;
  readonly #name: string;
  readonly #candidate: Candidate;
  readonly #channel: BroadcastChannel;
  readonly #timer: ReturnType<typeof setInterval>;
  #ready = false;
  #closed = false;
  #latest: Term = 0;
  #won: Term = 0; // our last term
  #turns = 0; // to ask
  #unheard = 0; // questions without an answer
  #hasHeard = false; // of the owner, since our last turn
  #patience = PATIENCE.ready;
  #isNext = false;
  #isHurried = false; // since something waits in another tab
  readonly #life: string;
  readonly #opensBusily: boolean;
  #giveUp = (_robbing: boolean) => {}; // waiting for the lock
  #letGo = () => {};
  #awake = Promise.resolve();
  #wake: (() => void) | undefined; // while the page is frozen
  readonly #listening = new AbortController();

  /** Takes part. Its life is a lock that we have. One who opens busily cannot answer before the store is open. */
  constructor(store: string, life: string, opensBusily: boolean, candidate: Candidate) {
    this.#life = life;
    this.#opensBusily = opensBusily;
    this.#name = nameOf(store);
    this.#candidate = candidate;
    this.#channel = new BroadcastChannel(this.#name);
    this.#channel.onmessage = ({ data }: MessageEvent<ToAll>) => this.#hear(data);
    this.#timer = setInterval(() => this.#ask(), INTERVAL);
    globalThis.document?.addEventListener("freeze", () => this.#freeze(), this.#listening);
    globalThis.document?.addEventListener("resume", () => this.#resume(), this.#listening);
    void this.#run();
  }

  /** Says something to all. */
  post(message: ToAll): void {
    if (!this.#closed) this.#channel.postMessage(message);
  }

  /** Tells all that the owner is ready for guests. */
  ready(): void {
    this.#ready = true;
    this.#answer();
  }

  /** Lets another tab be the owner, and waits for another turn. */
  resign(): void {
    this.#letGo();
  }

  /** Leaves for good. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    clearInterval(this.#timer);
    this.#listening.abort();
    this.#resume();
    this.#channel.close();
    this.#giveUp(false);
    this.#letGo();
  }

  async #run(): Promise<void> {
    await this.#hold({ ifAvailable: true }, await this.#hasCompany());
    for (;;) {
      await this.#awake;
      if (this.#closed) return;
      const controller = new AbortController();
      let robbing = false;
      this.#giveUp = (why) => {
        robbing = why;
        controller.abort();
      };
      const held = await this.#hold({ signal: controller.signal }, true);
      if (!held && robbing && !this.#closed && !this.#wake) await this.#hold({ steal: true }, true);
    }
  }

  /** Whether there are other tabs. Those that are frozen have let go of the lock, and may not have of the store. */
  async #hasCompany(): Promise<boolean> {
    const { held = [] } = await navigator.locks.query().catch(() => ({ held: [] }));
    return held.some(({ name = "" }) => name.startsWith(`${this.#name}:`) && name !== this.#life);
  }

  /** Asks for the lock, and has it until we let go of it or are robbed. It returns whether we had it. */
  async #hold(options: LockOptions, robbing: boolean): Promise<boolean> {
    let held = false;
    const grant = (lock: Lock | null) => {
      if (lock === null || this.#closed || this.#wake) return;
      held = true;
      return new Promise<void>((resolve) => {
        this.#letGo = resolve;
        this.#win(robbing);
      });
    };
    try {
      await navigator.locks.request(this.#name, options, grant);
    } catch {
      // We gave up waiting, or were robbed.
    }
    if (held) {
      // Whoever has robbed us at once may have a lower number: the locks decide.
      this.post({ gone: this.#won });
      this.term = undefined;
      this.#ready = false;
      this.#unheard = 0;
      if (!this.#closed) this.#candidate.lost();
    }
    return held;
  }

  /**
   * Lets go of everything, where the browser says that it freezes the page, and waits for
   * nothing. It goes on hearing messages and taking locks, as if nothing were, but
   * nothing that it begins comes to an end.
   */
  #freeze(): void {
    if (this.#wake) return;
    this.#awake = new Promise((resolve) => (this.#wake = resolve));
    if (this.term === undefined) return this.#giveUp(false); // lest it is taken for the next owner
    this.term = undefined;
    this.#candidate.frozen();
    this.#letGo();
  }

  #resume(): void {
    this.#wake?.();
    this.#wake = undefined;
  }

  #win(robbing: boolean): void {
    this.term = this.#won = this.#latest = Math.max(Date.now() + Math.random(), this.#latest + 1);
    this.#answer(); // lest somebody else robs the same owner too
    this.#candidate.won(robbing);
  }

  #ask(): void {
    if (this.term !== undefined) return;
    if (this.#turns++ % LOOK === 0) void this.#look();
    const waits = this.#candidate.waits();
    if (this.#hasHeard && !waits) { // many tabs need not all ask
      this.#hasHeard = false;
      return;
    }
    if (this.#unheard >= this.#limit(waits)) {
      this.#unheard = 0;
      return this.#giveUp(true);
    }
    this.#unheard++;
    this.post({ ask: true, waits });
  }

  #limit(waits: boolean): number {
    if (!(waits || this.#isHurried) || this.#patience !== PATIENCE.ready) return this.#patience;
    return this.#isNext ? IMPATIENCE.next : IMPATIENCE.others;
  }

  /** Looks who waits for the lock before the others: one who is next is quicker, if it knows. */
  async #look(): Promise<void> {
    try {
      const { held = [], pending = [] } = await navigator.locks.query();
      const first = pending.find(({ name }) => name === this.#name)?.clientId;
      this.#isNext = held.some(({ name, clientId }) => name === this.#life && clientId === first);
    } catch {
      return; // a page that is about to go
    }
    if (this.term === undefined && !this.#closed) this.#candidate.isNext(this.#isNext);
  }

  #answer(): void {
    if (this.term === undefined) return;
    const patience = this.#ready ? PATIENCE.ready : this.#opensBusily ? PATIENCE.busy : PATIENCE.opening;
    this.post({ here: this.term, ready: this.#ready, patience });
  }

  #hear(message: ToAll): void {
    if ("ask" in message) {
      this.#isHurried ||= message.waits;
      return this.#answer();
    }
    if ("gone" in message) {
      if (message.gone === this.#latest) this.#latest = 0;
      this.#patience = PATIENCE.ready;
      return;
    }
    if (!("here" in message)) return this.#candidate.told(message);
    if (message.here < this.#latest) return; // one that does not know that it was robbed
    this.#latest = message.here;
    this.#unheard = 0;
    this.#hasHeard = true;
    this.#isHurried = false;
    this.#patience = message.patience;
    if (message.ready) this.#candidate.heard(message.here);
  }
}
