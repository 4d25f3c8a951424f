// Who of several tabs owns a machine: the one that has a Web Lock. The others wait for
// it in turn, and ask the owner whether it is there. What they count are questions
// without an answer, so that a tab that was asleep does not take that for the silence
// of the other. An owner that does not answer is robbed of the lock. It may not notice
// before it wakes; what keeps it from writing then is the epoch of the store, as
// package store/owner says.
import { nameOf, type Term, type ToAll } from "./messages.js";

/** How often the owner is asked, in milliseconds. Hidden pages answer within a second. */
const INTERVAL = 400;

/** How many questions an owner may leave without an answer: for two seconds, or half a minute while it tries a passphrase. */
const PATIENCE = { usual: 5, busy: 75 };

/** Whom an election tells how it goes. */
export interface Candidate {
  /** We own it from now on. Robbing says whether somebody may have had it who does not know that. */
  won(robbing: boolean): void;
  /** We do not own it any more. */
  lost(): void;
  /** The page is about to be frozen: what it has must be let go of at once. */
  frozen(): void;
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
  #unheard = 0;
  #patience = PATIENCE.usual;
  readonly #opensBusily: boolean;
  #giveUp = () => {};
  #letGo = () => {};
  #awake = Promise.resolve();
  #wake: (() => void) | undefined; // while the page is frozen
  readonly #listening = new AbortController();

  /** Takes part. One who opens busily cannot answer before the store is open. */
  constructor(store: string, opensBusily: boolean, candidate: Candidate) {
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
    this.#giveUp();
    this.#letGo();
  }

  async #run(): Promise<void> {
    await this.#hold({ ifAvailable: true }, false);
    for (;;) {
      await this.#awake;
      if (this.#closed) return;
      const controller = new AbortController();
      this.#giveUp = () => controller.abort();
      const held = await this.#hold({ signal: controller.signal }, true);
      if (!held && !this.#closed && !this.#wake) await this.#hold({ steal: true }, true);
    }
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
   * Lets go of everything, where the browser says that it freezes the page. It goes on
   * hearing messages and taking locks, as if nothing were, but nothing that it begins
   * comes to an end.
   */
  #freeze(): void {
    if (this.#wake) return;
    this.#awake = new Promise((resolve) => (this.#wake = resolve));
    if (this.term === undefined) return;
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
    if (this.#unheard >= this.#patience) {
      this.#unheard = 0;
      return this.#giveUp();
    }
    this.#unheard++;
    this.post({ ask: true });
  }

  #answer(): void {
    if (this.term === undefined) return;
    const patience = this.#opensBusily && !this.#ready ? PATIENCE.busy : PATIENCE.usual;
    this.post({ here: this.term, ready: this.#ready, patience });
  }

  #hear(message: ToAll): void {
    // By a timer, because those are what stands still in a page that is frozen: it may
    // still hear.
    if ("ask" in message) return void (this.term !== undefined && setTimeout(() => this.#answer()));
    if ("gone" in message) {
      if (message.gone === this.#latest) this.#latest = 0;
      this.#patience = PATIENCE.usual;
      return;
    }
    if (!("here" in message)) return this.#candidate.told(message);
    if (message.here < this.#latest) return; // one that does not know that it was robbed
    this.#latest = message.here;
    this.#unheard = 0;
    this.#patience = message.patience;
    if (message.ready) this.#candidate.heard(message.here);
  }
}
