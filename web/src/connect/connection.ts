/// <reference lib="esnext.disposable" preserve="true" />
import { MudpuppyError } from "../bridge/errors.js";
import type { OutgoingRequest, RequestKind } from "../machine/client.js";
import { type OlmMachine, tabOf } from "../machine/machine.js";
import type { Tab } from "../tabs/tab.js";
import { type Answer, RequestError, send, type Server } from "./http.js";
import { ATTEMPTS, backoff, concurrency, isTransient, wait } from "./limits.js";

/** How a machine reaches its homeserver. */
export interface ConnectOptions {
  /** Where the client-server API is: what comes before `/_matrix`. */
  baseUrl: string | URL;
  /** The access token, or what gives one for each request. */
  accessToken: string | (() => string | Promise<string>);
  /** If it is not the platform's. */
  fetch?: typeof globalThis.fetch | undefined;
  /**
   * Is asked when the homeserver wants its user to authenticate, which it may when
   * cross-signing keys are uploaded. It is given the answer of the homeserver, with
   * `flows`, `params` and `session`, and returns the `auth` object to send, or
   * undefined to give up. If that is not enough, it is asked again. If tabs share the
   * machine, it is asked in the one where `setUpCrossSigning` was called last.
   *
   * https://spec.matrix.org/latest/client-server-api/#user-interactive-authentication-api
   */
  authenticate?: ((challenge: Record<string, unknown>) => unknown) | undefined;
}

/** How a request ended. */
interface Outcome {
  kind: RequestKind;
  answer: Answer;
}

/** What is the matter with requests of a kind, and how often. */
interface Trouble extends Outcome {
  count: number;
}

/** How often a room key is shared anew before encrypting is given up. */
const SHARES = 50;

/** Sends what a machine has to send. See {@link connect}. */
export class Connection {
  readonly #machine: OlmMachine;
  readonly #server: Server;
  readonly #authenticate: ConnectOptions["authenticate"];
  readonly #tab: Tab | undefined; // if tabs share the machine
  readonly #closing = new AbortController();
  readonly #sending = new Map<string, Promise<Answer>>(); // for the owner's tab, if that is another
  readonly #failures: unknown[] = []; // of these
  #turn = new AbortController(); // as the owner's tab: what it sends ends with it
  #pump: Promise<void> | undefined;
  #next: Promise<void> | undefined; // begins when #pump has ended

  /** @internal */
  constructor(machine: OlmMachine, options: ConnectOptions) {
    const { baseUrl, accessToken, fetch = globalThis.fetch, authenticate } = options;
    this.#machine = machine;
    this.#server = { baseUrl: String(baseUrl).replace(/\/+$/, ""), accessToken, fetch };
    this.#authenticate = authenticate;
    this.#tab = tabOf(machine);
    this.#tab?.sendBy({ pump: () => this.#pumpHere(), send: (request) => this.#sendForOwner(request), lost: () => this.#endTurn() });
  }

  /**
   * Sends all outgoing requests of the machine, until there are none. What fails is
   * sent again after a while, as the homeserver asks for; a request that keeps
   * failing has this throw a {@link RequestError}, and is sent with a later call.
   *
   * Call it when it may have something to do: after `receiveSync`, for instance. If
   * tabs share the machine, its owner's tab sends, whichever is asked, but for
   * cross-signing keys: those are sent, and `authenticate` is asked, where
   * `setUpCrossSigning` was called.
   */
  async pump(): Promise<void> {
    if (!this.#tab || this.#closing.signal.aborted) return this.#pumpHere();
    for (;;) {
      await this.#tab.pump();
      const sending = [...this.#sending.values()];
      await Promise.all(sending);
      if (this.#failures.length > 0) throw this.#failures.splice(0)[0];
      if (sending.length === 0) return; // else something may follow from that
    }
  }

  #pumpHere(): Promise<void> {
    if (this.#closing.signal.aborted) return Promise.reject(closed());
    if (this.#next) return this.#next;
    if (this.#pump) {
      const { signal } = this.#turn;
      const next = () => {
        if (signal.aborted) throw closed();
        this.#next = undefined;
        return this.#begin();
      };
      return (this.#next = this.#pump.then(next, next));
    }
    return this.#begin();
  }

  #begin(): Promise<void> {
    const pump = this.#run(this.#turn.signal).finally(() => {
      if (this.#pump === pump) this.#pump = undefined;
    });
    return (this.#pump = pump);
  }

  /** Drops all that is under way, which need not end: browsers forget requests of pages that they freeze. */
  #endTurn(): void {
    this.#turn.abort();
    this.#turn = new AbortController();
    this.#pump = this.#next = undefined;
  }

  async #run(signal: AbortSignal): Promise<void> {
    const troubles = new Map<RequestKind, Trouble>();
    for (let rounds = 0; ; ) {
      const outgoing = await this.#machine.outgoingRequests();
      if (signal.aborted) throw closed();
      if (this.#tab && !this.#tab.isOwner) return; // the next owner sends
      const requests = outgoing.filter((request) => !this.#passOn(request));
      if (requests.length > 0) note(troubles, await this.#sendAll(requests, signal));
      if (signal.aborted) throw closed();
      const [trouble] = [...troubles.values()].sort((a, b) => (b.answer.retryAfter ?? 0) - (a.answer.retryAfter ?? 0));
      if (!trouble && requests.length === 0) return;
      if (!trouble) continue;
      const { kind, answer, count } = trouble;
      const error = new RequestError(kind, answer, answer.cause);
      if (!isTransient(answer.status)) {
        // A machine can make another request of one that was refused.
        if (requests.length === 0 || count > 1 || answer.status === 401) throw error;
        continue;
      }
      if (++rounds === ATTEMPTS) throw error;
      await wait(backoff(rounds, answer.retryAfter), signal);
    }
  }

  /** Sends requests, some of each kind at once. */
  async #sendAll(requests: OutgoingRequest[], signal: AbortSignal): Promise<Outcome[]> {
    const outcomes: Outcome[] = [];
    const lanes = Object.entries(concurrency).flatMap(([kind, width]) => {
      const queue = requests.filter((request) => request.kind === kind);
      return Array.from({ length: Math.min(width, queue.length) }, async () => {
        for (let request; (request = queue.shift()); ) outcomes.push(await this.#sendOne(request, signal));
      });
    });
    await Promise.all(lanes);
    return outcomes;
  }

  async #sendOne(request: OutgoingRequest, signal: AbortSignal): Promise<Outcome> {
    const answer = await (this.#sending.get(request.id) ?? this.#send(request, signal)); // which the owner before may have asked for
    if (!signal.aborted || answer.status !== 0) await this.#mark(request, answer); // else the machine will give it out again
    return { kind: request.kind, answer };
  }

  /** Sends a request, and has the user authenticate if the homeserver wants that. */
  async #send(request: OutgoingRequest, signal: AbortSignal): Promise<Answer> {
    let answer = await send(this.#server, request, request.body, signal);
    while (answer.status === 401 && isChallenge(answer.body) && this.#authenticate && !signal.aborted) {
      const auth = await this.#authenticate(answer.body);
      if (auth === undefined) break;
      answer = await send(this.#server, request, { ...(request.body as object), auth }, signal);
    }
    return answer;
  }

  async #mark({ id }: OutgoingRequest, answer: Answer): Promise<void> {
    if (isSuccess(answer)) await this.#machine.markSent(id, answer.body);
    else await this.#machine.markFailed(id, answer.status, bodyFor(answer));
  }

  /** Has another tab send a request, if its user has asked for that. Nobody waits: that may take as long as users take. */
  #passOn(request: OutgoingRequest): boolean {
    const sent = (answer: Answer | undefined) => (answer ? this.#mark(request, answer) : this.#pumpHere()).catch(() => {}); // the next pump tells
    return this.#tab !== undefined && this.#tab.passOn(request, (answer) => void sent(answer));
  }

  /** Sends a request for the tab that owns the machine, as it may be our user who has to authenticate. */
  #sendForOwner(request: OutgoingRequest): Promise<Answer> | undefined {
    if (!this.#authenticate || this.#closing.signal.aborted) return undefined;
    if (!this.#sending.has(request.id)) this.#sending.set(request.id, this.#trySending(request).finally(() => this.#sending.delete(request.id)));
    return this.#sending.get(request.id);
  }

  /** Sends a request of which a pump tells if it fails. */
  async #trySending(request: OutgoingRequest): Promise<Answer> {
    try {
      const { cause, ...answer } = await this.#send(request, this.#closing.signal); // a cause need not be such that it can be told
      if (!isSuccess(answer)) this.#failures.push(new RequestError(request.kind, answer, cause));
      return answer;
    } catch (error) {
      this.#failures.push(error); // by authenticate
      return { status: 401, body: undefined, retryAfter: undefined };
    }
  }

  /**
   * Encrypts an event for a room, with all that must be sent before: it shares the
   * room key with the members, and returns the content of the `m.room.encrypted` to
   * be sent. It throws what `shareRoomKey` and `encrypt` throw, a
   * {@link RequestError}, or ERR_NOT_SHARED if the key cannot be shared now.
   */
  async encrypt(roomId: string, members: Iterable<string>, type: string, content: unknown): Promise<unknown> {
    const everybody = [...members];
    const text = JSON.stringify(content); // as it is now
    for (let i = 0; i < SHARES; i++) {
      const { ready } = await this.#machine.shareRoomKey(roomId, everybody);
      if (!ready) {
        await this.pump();
        continue;
      }
      try {
        return await this.#machine.encrypt(roomId, type, text === undefined ? text : JSON.parse(text));
      } catch (error) {
        // Somebody may have come or gone meanwhile.
        if (!(error instanceof MudpuppyError && error.code === "ERR_NOT_SHARED")) throw error;
      }
    }
    throw new MudpuppyError("ERR_NOT_SHARED", "the room key could not be shared with all devices");
  }

  /** Ends all requests. The machine stays open. */
  close(): void {
    this.#closing.abort();
    this.#turn.abort();
  }

  /** What `using` calls. */
  declare [Symbol.dispose]: () => void;

  static {
    const dispose: symbol = Symbol.dispose ?? Symbol.for("Symbol.dispose");
    Object.defineProperty(Connection.prototype, dispose, {
      value(this: Connection) {
        this.close();
      },
      configurable: true,
      writable: true,
    });
  }
}

/**
 * Connects a machine with its homeserver:
 *
 * ```ts
 * const connection = connect(machine, { baseUrl: "https://matrix.example.org", accessToken });
 * await connection.pump();
 * const content = await connection.encrypt(roomId, members, "m.room.message", { msgtype: "m.text", body: "hello" });
 * ```
 *
 * It sends what the machine has to send. /sync, and the events themselves, are the
 * application's.
 */
export function connect(machine: OlmMachine, options: ConnectOptions): Connection {
  return new Connection(machine, options);
}

/** Notes which requests failed. One of a kind that is answered makes up for it. */
function note(troubles: Map<RequestKind, Trouble>, outcomes: Outcome[]): void {
  for (const { kind, answer } of outcomes) {
    if (isSuccess(answer)) troubles.delete(kind);
    else troubles.set(kind, { kind, answer, count: (troubles.get(kind)?.count ?? 0) + 1 });
  }
}

function isSuccess({ status }: Answer): boolean {
  return status >= 200 && status < 300;
}

function closed(): MudpuppyError {
  return new MudpuppyError("ERR_ABORTED", "the connection was closed");
}

/** Whether the homeserver asks its user to authenticate, and does not refuse the access token. */
function isChallenge(body: unknown): body is Record<string, unknown> {
  return typeof body === "object" && body !== null && Array.isArray((body as Record<string, unknown>)["flows"]);
}

/** The body for the machine, which knows how long to wait by retry_after_ms alone. */
function bodyFor({ body, retryAfter }: Answer): unknown {
  if (retryAfter === undefined) return body;
  return { ...(typeof body === "object" ? body : undefined), retry_after_ms: Math.ceil(retryAfter) };
}
