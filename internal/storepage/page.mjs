// Starts the program in a page or in a worker. Whoever drives the page awaits
// `ready`; a worker is driven by messages: [id, name of a function, arguments].
import "/wasm_exec.js";
import { wasmHost } from "/host.mjs";

async function start() {
	const go = new globalThis.Go();
	const host = wasmHost(await (await fetch("/kernel.wasm")).arrayBuffer());
	go.importObject.mudpuppy = host.imports;
	go.env = host.env;
	const { instance } = await WebAssembly.instantiateStreaming(fetch("/storepage.wasm"), go.importObject);
	await host.attach(instance.exports.mem);
	go.run(instance);
}

globalThis.ready = start();

/** What became of a seat, in order. */
globalThis.roles = [];
globalThis.ask = (name, silence) => storepage.ask(name, silence, (role) => globalThis.roles.push(role));

if (!globalThis.document) {
	globalThis.onmessage = async ({ data: [id, name, ...args] }) => {
		await globalThis.ready;
		try {
			globalThis.postMessage([id, await storepage[name](...args)]);
		} catch (error) {
			globalThis.postMessage([id, undefined, String(error)]);
		}
	};
} else {
	/** Starts a worker, and returns a function that calls another one there. */
	globalThis.startWorker = () => {
		const worker = new Worker("/page.mjs", { type: "module" });
		const waiting = [];
		worker.onmessage = ({ data: [id, value, error] }) => {
			const { resolve, reject } = waiting[id];
			if (error === undefined) resolve(value);
			else reject(error);
		};
		return (...call) =>
			new Promise((resolve, reject) => {
				worker.postMessage([waiting.length, ...call]);
				waiting.push({ resolve, reject });
			});
	};
}
