// A turn of the event loop, after which everything that waited has run.

type Queue = (run: () => void) => void;

/** Has a function called after a turn. Timers would do, but pages in the background have few of them. */
export let afterTurn: Queue = (run) => {
  afterTurn = typeof setImmediate === "function" ? (run) => void setImmediate(run) : typeof MessageChannel === "function" ? byMessages() : (run) => void setTimeout(run);
  afterTurn(run);
};

/** Resolves after a turn. */
export const turn = (): Promise<void> => new Promise((resolve) => afterTurn(resolve));

function byMessages(): Queue {
  const { port1, port2 } = new MessageChannel();
  const waiting: (() => void)[] = [];
  port1.onmessage = () => waiting.shift()?.();
  return (run) => {
    waiting.push(run);
    port2.postMessage(0);
  };
}
