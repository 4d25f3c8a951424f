// Builds the program, and serves it to the browsers of this machine.
import { execFileSync } from "node:child_process";
import { mkdir, readFile, rename } from "node:fs/promises";
import { createServer } from "node:http";
import { extname } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));
const program = `${root}dist/storepage/storepage.wasm`;
const types = { ".html": "text/html", ".js": "text/javascript", ".mjs": "text/javascript", ".wasm": "application/wasm" };
const headers = {
	// Isolated pages have a finer clock.
	"cross-origin-opener-policy": "same-origin",
	"cross-origin-embedder-policy": "require-corp",
	// Frames without an origin may load it too.
	"cross-origin-resource-policy": "cross-origin",
	"access-control-allow-origin": "*",
};
const html = (scripts) => `<!doctype html><meta charset="utf-8"><title>store</title>
${scripts.map((script) => `<script type="module" src="${script}"></script>`).join("\n")}`;

export async function build() {
	await mkdir(`${root}dist/storepage`, { recursive: true });
	const env = { ...process.env, GOOS: "js", GOARCH: "wasm" };
	const built = `${program}.${process.pid}`; // others may build it at the same time
	execFileSync("go", ["build", "-trimpath", "-tags=wasmhost", "-ldflags=-s -w", "-o", built, "./internal/storepage"], { cwd: root, env, stdio: "inherit" });
	await rename(built, program);
}

/**
 * Serves it on a free port of the loopback interface.
 *
 * @param {{ files?: Record<string, string>, posts?: Record<string, (body: any) => any>, script?: string }} options
 *   further files by their paths in the URL, what answers to JSON that is posted,
 *   and the file that the page runs after page.mjs
 */
export async function serve({ files = {}, posts = {}, script } = {}) {
	const goroot = execFileSync("go", ["env", "GOROOT"], { encoding: "utf8" }).trim();
	const all = {
		"/page.mjs": fileURLToPath(new URL("page.mjs", import.meta.url)),
		"/wasm_exec.js": `${goroot}/lib/wasm/wasm_exec.js`,
		"/storepage.wasm": program,
		"/host.mjs": `${root}internal/wasmhost/host.mjs`,
		"/kernel.wasm": `${root}internal/aes/simd/kernel.wasm`,
		...files,
	};
	const server = createServer(async (request, response) => {
		const { pathname } = new URL(request.url, "http://localhost");
		if (request.method === "POST") {
			const answer = await posts[pathname]?.(JSON.parse(await text(request)));
			return response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(answer ?? null));
		}
		const file = all[pathname];
		if (file) return response.writeHead(200, { "content-type": types[extname(file)], ...headers }).end(await readFile(file));
		if (pathname === "/") return response.writeHead(200, { "content-type": "text/html", ...headers }).end(html(script ? ["/page.mjs", script] : ["/page.mjs"]));
		response.writeHead(404).end();
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

async function text(stream) {
	let all = "";
	for await (const piece of stream) all += piece;
	return all;
}
