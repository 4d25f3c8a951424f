// Serves a folder to browsers on this machine.

import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, join } from "node:path";

const types = {
  ".html": "text/html",
  ".js": "text/javascript",
  ".wasm": "application/wasm",
};

const headers = {
  // Only isolated pages are given a fine clock.
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-embedder-policy": "require-corp",
};

/**
 * Starts a server on a free port; resolves to its address and what stops it.
 * Browsers keep compiled code beside a cached file, so that nothing is cold that
 * was cached.
 */
export async function serve(folder, { cached = false } = {}) {
  const caching = { "cache-control": cached ? "max-age=86400" : "no-store" };
  const server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url, "http://localhost"); // without ".." in it
    const path = join(folder, pathname === "/" ? "index.html" : pathname);
    try {
      const body = await readFile(path);
      response.writeHead(200, { ...headers, ...caching, "content-type": types[extname(path)] ?? "application/octet-stream" });
      response.end(body);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${server.address().port}/`,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}
