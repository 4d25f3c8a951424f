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

/** What was sent with a request. */
async function bodyOf(request) {
  let text = "";
  for await (const part of request.setEncoding("utf8")) text += part;
  return text;
}

/**
 * Serves folders under path prefixes, and single answers, on a free port of
 * the loopback interface. The first that matches counts.
 *
 * @typedef {string | { folder: string, headers?: object } | { body: string | Uint8Array, headers?: object } | { answer: Answerer }} Route
 * @typedef {(request: { method: string, url: string, headers: object, body: string }) => Promise<Response>} Answerer
 * @param {Record<string, Route>} routes
 */
export async function serve(routes) {
  const server = createServer(async (request, response) => {
    const path = normalize(decodeURIComponent(new URL(request.url, "http://localhost").pathname));
    const [prefix, route] = Object.entries(routes).find(([prefix]) => path.startsWith(prefix)) ?? [];
    try {
      if (route === undefined) throw new Error("no route");
      if (route.answer) {
        const { method, url, headers } = request;
        const answer = await route.answer({ method, url, headers, body: await bodyOf(request) });
        return response.writeHead(answer.status, { "content-type": "application/json" }).end(await answer.text());
      }
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
