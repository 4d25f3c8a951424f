// Hearing what is new, for as long as the page is open.
import { backoff, pause } from "./backoff";
import { type Http, MatrixError, path } from "./http";
import type { SyncAnswer } from "./types";

const WAIT = 30_000;

/** All members have to be known, since they are to have the keys. */
const FILTER = JSON.stringify({
  presence: { types: [] },
  room: { timeline: { limit: 30 }, state: { lazy_load_members: false } },
});

/** How well the homeserver can be reached. */
export type Reach = "connecting" | "online" | "offline";

export interface SyncOptions {
  http: Http;
  /** The position to go on from; undefined to begin anew. */
  since(): string | undefined;
  /** Takes an answer. The next is asked for when it is done. */
  take(answer: SyncAnswer): Promise<void>;
  /** Whether an error of taking an answer may be gone later. */
  mayPass(error: unknown): boolean;
  onReach(reach: Reach): void;
  signal: AbortSignal;
}

/** A signal that is aborted as well when the browser says that it is offline, or online again. */
function untilTheNetworkChanges(signal: AbortSignal): { changes: AbortSignal; stop(): void } {
  const controller = new AbortController();
  const abort = () => controller.abort();
  const stop = () => ["online", "offline"].forEach((name) => removeEventListener(name, abort));
  ["online", "offline"].forEach((name) => addEventListener(name, abort));
  return { changes: AbortSignal.any([signal, controller.signal]), stop };
}

/** Asks again and again until the signal is aborted. It throws what is not a matter of waiting. */
export async function syncForever({ http, since, take, mayPass, onReach, signal }: SyncOptions): Promise<void> {
  let failures = 0;
  let first = true;
  while (!signal.aborted) {
    const { changes, stop } = untilTheNetworkChanges(signal);
    try {
      // After a failure, and at first, an answer at once tells that the server is there.
      const timeout = first || failures > 0 ? 0 : WAIT;
      const query = { since: since(), filter: FILTER, timeout: String(timeout) };
      const answer = await http.json<SyncAnswer>("GET", path("v3", "sync"), { query, signal: changes, timeout: timeout + 60_000 });
      onReach("online");
      failures = 0;
      first = false;
      await take(answer);
    } catch (error) {
      if (signal.aborted) return;
      const isReach = changes.aborted || (error instanceof MatrixError && error.isTransient);
      if (!isReach && !mayPass(error)) throw error;
      if (isReach) onReach(navigator.onLine ? "connecting" : "offline");
      if (changes.aborted && navigator.onLine) continue; // the network is back, or another one
      await pause(backoff(++failures, error instanceof MatrixError ? error.retryAfter : 0), signal);
    } finally {
      stop();
    }
  }
}
