// Runs a Go program for GOOS=js in a page of a browser: passes its arguments and
// the environment of the tests on, prints what it prints, and ends with its
// status.
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import path from "node:path";
import { setTimeout } from "node:timers/promises";
import chromium from "../web/test/browsers/chromium.mjs";
import firefox from "../web/test/browsers/firefox.mjs";
import webkitgtk from "../web/test/browsers/webkit.mjs";

const MISSING = 77;
const POLL = 20;

const browsers = { chromium, firefox, webkitgtk };
const name = process.env.BROWSER || "chromium";
const [program, ...args] = process.argv.slice(2);

const kind = browsers[name];
if (!kind) throw new Error(`there is no browser ${name}, but ${Object.keys(browsers).join(", ")}`);
const executable = kind.find();
if (!executable) {
	console.log(`${name} is ${kind.missing}`);
	process.exit(MISSING);
}
if (!program) process.exit(0);

process.env.MUDPUPPY_BROWSER = name;
const env = Object.fromEntries(Object.entries(process.env).filter(([key]) => key.startsWith("MUDPUPPY_")));

/** Runs in the page, and leaves what the program prints in `output`. */
async function run(args, env) {
	let output = "";
	let status;
	// What has been printed since the last time, and the status at the end.
	globalThis.take = () => {
		const taken = JSON.stringify({ output, status });
		output = "";
		return taken;
	};
	const decoder = new TextDecoder();
	globalThis.fs.writeSync = (fd, bytes) => {
		output += decoder.decode(bytes, { stream: true });
		return bytes.length;
	};
	try {
		const go = new globalThis.Go();
		go.argv = args;
		go.env = env;
		go.exit = (code) => (status ??= code);
		const { instance } = await WebAssembly.instantiateStreaming(fetch("program.wasm"), go.importObject);
		await go.run(instance);
		status ??= 1; // it never came to its end
	} catch (error) {
		output += `${error.stack ?? error}\n`;
		status ??= 1;
	}
}

const page = `<!doctype html><script src="wasm_exec.js"></script>
<script>(${run})(${JSON.stringify([path.basename(program), ...args])}, ${JSON.stringify(env)})</script>`;
const files = {
	"/": async () => ["text/html", page],
	"/wasm_exec.js": async () => ["text/javascript", await readFile(`${process.env.GOROOT}/lib/wasm/wasm_exec.js`)],
	"/program.wasm": async () => ["application/wasm", await readFile(program)],
};

const server = createServer(async (request, response) => {
	const file = await files[request.url]?.();
	if (!file) return response.writeHead(404).end();
	response.writeHead(200, { "content-type": file[0] }).end(file[1]);
});
await new Promise((listening) => server.listen(0, "127.0.0.1", listening));

let status;
const browser = await kind.open(executable);
try {
	const tab = await browser.newPage();
	await tab.goto(`http://127.0.0.1:${server.address().port}/`);
	while (status === undefined) {
		const taken = JSON.parse(await tab.evaluate("globalThis.take()"));
		process.stdout.write(taken.output);
		({ status } = taken);
		if (status === undefined) await setTimeout(POLL);
	}
} finally {
	await browser.close();
	server.close();
}
process.exit(status);
