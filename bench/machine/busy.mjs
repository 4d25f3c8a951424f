// What a person notices while a machine works on something that takes long: how long
// a message takes to be encrypted, or decrypted, and how long the page stands still.

import { timed } from "./steps.mjs";

/** How long a person waits before the next message, in milliseconds. */
const BREATH = 20;

/**
 * Does the work, and meanwhile encrypts and decrypts now and then. Resolves to the time
 * that the work took, and the longest of each of the others: { work, encrypt, decrypt, task }.
 */
export async function busy(work, encrypt, decrypt) {
  const longest = { encrypt: 0, decrypt: 0 };
  const stand = standstill();
  let isDone = false;
  const person = (async () => {
    while (!isDone) {
      for (const [name, act] of [["encrypt", encrypt], ["decrypt", decrypt]]) longest[name] = Math.max(longest[name], (await timed(act))[0]);
      await new Promise((resolve) => setTimeout(resolve, BREATH));
    }
  })();
  const [taken] = await timed(work);
  isDone = true;
  await person;
  return { work: taken, ...longest, task: stand.end() };
}

/** Measures the longest time in which nothing else could run, by messages that are sent in turn. */
function standstill() {
  const { port1, port2 } = new MessageChannel();
  let longest = 0;
  let last = performance.now();
  port1.onmessage = () => {
    const now = performance.now();
    longest = Math.max(longest, now - last);
    last = now;
    port2.postMessage(0);
  };
  port2.postMessage(0);
  return {
    end() {
      port1.close();
      return Math.max(longest, performance.now() - last);
    },
  };
}
