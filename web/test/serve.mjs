import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";

const types = { ".html": "text/html", ".js": "text/javascript", ".json": "application/json", ".wasm": "application/wasm" };

/**
 * Serves folders under path prefixes, and single answers, on a free port of
 * the loopback interface. The first that matches counts.
 *
 * @param {Record<string, string | { body: string, headers: Record<string, string> }>} routes
 */
export async function serve(routes) {
  const server = createServer(async (request, response) => {
    const path = normalize(decodeURIComponent(new URL(request.url, "http://localhost").pathname));
    const [prefix, route] = Object.entries(routes).find(([prefix]) => path.startsWith(prefix)) ?? [];
    try {
      if (route === undefined) throw new Error("no route");
      if (typeof route === "object") return response.writeHead(200, route.headers).end(route.body);
      const file = join(route, path.slice(prefix.length) || "index.html");
      const body = await readFile(file);
      response.writeHead(200, { "content-type": types[extname(file)] ?? "application/octet-stream" }).end(body);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { url: `http://127.0.0.1:${server.address().port}`, close: () => server.close() };
}
