// How patiently requests are sent.
import type { RequestKind } from "../machine/client.js";

/** How many requests of a kind are under way at once. */
export const concurrency: Record<RequestKind, number> = {
  keys_upload: 1,
  keys_query: 2,
  keys_claim: 2,
  to_device: 4,
  signing_upload: 1,
  signatures_upload: 1,
};

/** How often requests that may be answered otherwise later are sent before a pump gives up. */
export const ATTEMPTS = 5;

/** Whether the same request may be answered otherwise later. */
export function isTransient(status: number): boolean {
  return status === 0 || status === 429 || status >= 500;
}

/** How long to wait after so many failures, in milliseconds. The machine holds requests back for nearly as long. */
export function backoff(failures: number, retryAfter: number | undefined): number {
  return Math.max(retryAfter ?? 0, 2000 * 2 ** (failures - 1)) * (1 + Math.random() / 4);
}

/** Waits, unless the signal is aborted before. */
export function wait(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const end = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal.addEventListener("abort", end);
  });
}
