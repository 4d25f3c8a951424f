// Runs a Go program for GOOS=js in Node, as lib/wasm/wasm_exec_node.js of Go
// does, with the vector kernel of internal/aes attached. MUDPUPPY_KERNEL=none
// leaves that out.
import crypto from "node:crypto";
import fs from "node:fs";
import { createRequire } from "node:module";
import os from "node:os";
import path from "node:path";
import { TextDecoder, TextEncoder } from "node:util";
import { wasmHost } from "../internal/wasmhost/host.mjs";

const [program, ...args] = process.argv.slice(2);
globalThis.require = createRequire(path.join(process.cwd(), "program"));
Object.assign(globalThis, { fs, path, TextEncoder, TextDecoder });
globalThis.crypto ??= crypto.webcrypto;
globalThis.require(path.join(process.env.GOROOT, "lib/wasm/wasm_exec.js"));

const kernel =
	process.env.MUDPUPPY_KERNEL === "none"
		? undefined
		: fs.readFileSync(new URL("../internal/aes/simd/kernel.wasm", import.meta.url));
const host = wasmHost(kernel);
const go = new Go();
go.argv = [program, ...args];
go.env = { TMPDIR: os.tmpdir(), ...process.env };
go.exit = process.exit;
go.importObject.mudpuppy = host.imports;
const { instance } = await WebAssembly.instantiate(fs.readFileSync(program), go.importObject);
await host.attach(instance.exports.mem);
process.on("exit", (code) => {
	if (code === 0 && !go.exited) {
		// Nothing left to wait for: let Go say that it is a deadlock.
		go._pendingEvent = { id: 0 };
		go._resume();
	}
});
await go.run(instance);
