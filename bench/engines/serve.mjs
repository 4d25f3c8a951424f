// Serves a folder to browsers on this machine.

import { serve as serveRoutes } from "../../web/test/serve.mjs";

// Only isolated pages are given a fine clock.
const isolated = {
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-embedder-policy": "require-corp",
};

/**
 * Starts a server on a free port; resolves to its address and what stops it.
 * Browsers keep compiled code beside a cached file, so that nothing is cold that
 * was cached.
 */
export async function serve(folder, { cached = false } = {}) {
  const headers = { ...isolated, "cache-control": cached ? "max-age=86400" : "no-store" };
  const { url, close } = await serveRoutes({ "/": { folder, headers } });
  return { url: `${url}/`, close };
}
