// Tells the others that one is writing, and gets the keys ready meanwhile.
import type { Room } from "../matrix/room";
import { setTyping } from "../matrix/rooms";
import type { Session } from "./session";

const EVERY = 15_000;

export class Typist {
  readonly #session: Session;
  readonly #room: Room;
  #told = 0;

  constructor(session: Session, room: Room) {
    this.#session = session;
    this.#room = room;
  }

  write(text: string): void {
    if (!text) return this.stop();
    if (Date.now() - this.#told < EVERY) return;
    this.#told = Date.now();
    this.#tell(true);
    this.#session.prepare(this.#room).catch(() => {}); // sending tells what is wrong
  }

  stop(): void {
    if (this.#told === 0) return;
    this.#told = 0;
    this.#tell(false);
  }

  #tell(typing: boolean): void {
    setTyping(this.#session.http, this.#room.roomId, this.#session.userId, typing).catch(() => {}); // not worth a word
  }
}
