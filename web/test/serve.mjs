import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";

const types = {
  ".html": "text/html",
  ".js": "text/javascript",
  ".json": "application/json",
  ".mjs": "text/javascript",
  ".wasm": "application/wasm",
};

/** What a page may do that holds secrets: run what we serve, and WebAssembly. */
export const strict = {
  "content-security-policy": "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'",
};

/**
 * Serves folders under path prefixes, and single answers, on a free port of
 * the loopback interface. The first that matches counts.
 *
 * @typedef {string | { folder: string, headers?: object } | { body: string | Uint8Array, headers?: object }} Route
 * @param {Record<string, Route>} routes
 */
export async function serve(routes) {
  const server = createServer(async (request, response) => {
    const path = normalize(decodeURIComponent(new URL(request.url, "http://localhost").pathname));
    const [prefix, route] = Object.entries(routes).find(([prefix]) => path.startsWith(prefix)) ?? [];
    try {
      if (route === undefined) throw new Error("no route");
      const file = route.body === undefined ? join(route.folder ?? route, path.slice(prefix.length) || "index.html") : path;
      const body = route.body ?? (await readFile(file));
      const type = types[extname(file)] ?? "application/octet-stream";
      response.writeHead(200, { "content-type": type, ...route.headers }).end(body);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const close = () => {
    server.close();
    server.closeAllConnections();
  };
  return { url: `http://127.0.0.1:${server.address().port}`, close };
}
