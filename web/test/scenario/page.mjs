// The scenario in a page and in a module worker. The outcome of both, and
// whether Mudpuppy finds its own worker, as JSON,
// becomes an attribute of the body.
import { play, playHosted } from "./play.mjs";

/** @param {{ olm: { url: string }, device: { url: string } }} [options] for the functions init, in both */
export async function playInPage(options) {
  let outcome;
  try {
    outcome = { page: await play(options), worker: await playInWorker(options), hosted: await playHosted() };
  } catch (error) {
    outcome = { error: String(error) };
  }
  document.body.dataset.outcome = JSON.stringify(outcome);
}

function playInWorker(options) {
  const worker = new Worker(new URL("./worker.mjs", import.meta.url), { type: "module" });
  worker.postMessage(options);
  return new Promise((resolve, reject) => {
    worker.onmessage = ({ data }) => resolve(data);
    worker.onerror = ({ message }) => reject(new Error(`the worker failed: ${message}`));
  });
}
