// Several tabs of one device. Mudpuppy has them share the machine: one owns it, and that
// one syncs. What it hears it tells the others here.
import type { SyncAnswer } from "../matrix/types";

/** What tabs tell each other. */
type Message = { answer: SyncAnswer } | { loggedOut: true };

export interface TabEvents {
  /** The owner has heard something. */
  onAnswer(answer: SyncAnswer): void;
  onLoggedOut(): void;
}

export class Tabs {
  readonly #channel: BroadcastChannel;
  /** What comes before the tab has read what is kept, and is shown after that. */
  #early: Message[] | undefined = [];
  readonly #events: TabEvents;

  constructor(name: string, events: TabEvents) {
    this.#events = events;
    this.#channel = new BroadcastChannel(name);
    this.#channel.onmessage = ({ data }: MessageEvent<Message>) => (this.#early ? void this.#early.push(data) : this.#hear(data));
  }

  /** Begins to hear what the others tell. */
  begin(): void {
    const early = this.#early ?? [];
    this.#early = undefined;
    early.forEach((message) => this.#hear(message));
  }

  #hear(message: Message): void {
    if ("answer" in message) this.#events.onAnswer(message.answer);
    else this.#events.onLoggedOut();
  }

  /** Tells the others what was heard, as far as it is about rooms. */
  tell({ next_batch, rooms }: SyncAnswer): void {
    if (rooms) this.#post({ answer: { next_batch, rooms } });
  }

  tellLoggedOut(): void {
    this.#post({ loggedOut: true });
  }

  #post(message: Message): void {
    this.#channel.postMessage(message);
  }

  close(): void {
    this.#channel.close();
  }
}
