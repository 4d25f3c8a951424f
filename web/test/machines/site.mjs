// Pages for machines in browsers, with their homeserver.
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { serve, strict } from "../serve.mjs";

const path = (relative) => fileURLToPath(new URL(relative, import.meta.url));

/** What a page may do that leaves all WebAssembly to its workers. */
const withoutWasm = { "content-security-policy": "default-src 'none'; script-src 'self'; connect-src 'self'" };

/** The client, with the entry of the package that browsers are to use. */
const client = () => readFileSync(path("client.mjs"), "utf8").replace('"mudpuppy"', '"/mudpuppy/dist/mudpuppy.browser.js"');

/** Serves the pages, under a strict Content-Security-Policy, and a homeserver beside them. */
export function siteOfMachines(homeserver) {
  return serve({
    "/mudpuppy/": { folder: path("../node_modules/mudpuppy"), headers: strict },
    "/_matrix/": {
      answer: ({ url, ...request }) => homeserver.fetch(`https://homeserver.test${url}`, request),
    },
    "/login": { answer: async ({ body }) => Response.json(await homeserver.do(JSON.parse(body))) },
    "/client.mjs": { body: client(), headers: { "content-type": "text/javascript" } },
    "/forbidden.html": { body: readFileSync(path("page.html")), headers: { "content-type": "text/html", ...withoutWasm } },
    "/": { folder: path("."), headers: strict },
  });
}
