// How long to wait before trying again.

const FIRST = 500;
const LONGEST = 30_000;

/** Milliseconds to wait after so many failures in a row, at least as long as the server asks. */
export function backoff(failures: number, retryAfter = 0): number {
  return Math.max(retryAfter, Math.min(FIRST * 2 ** (failures - 1), LONGEST) * (0.75 + Math.random() / 2));
}

/** Waits, but not longer than until the browser says it is online again, or the signal is aborted. */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      removeEventListener("online", end);
      signal.removeEventListener("abort", end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    addEventListener("online", end);
    signal.addEventListener("abort", end);
    if (signal.aborted) end();
  });
}
