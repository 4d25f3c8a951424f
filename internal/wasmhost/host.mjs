// What a Go program built with -tags wasmhost imports as module "mudpuppy".
//
//   const host = wasmHost(kernelBytes);
//   go.importObject.mudpuppy = host.imports;
//   go.env = host.env;
//   const { instance } = await WebAssembly.instantiate(bytes, go.importObject);
//   await host.attach(instance.exports.mem);
//   go.run(instance);

// The most that getRandomValues gives at once.
const MAX_RANDOM = 65536;

/**
 * @param {BufferSource | WebAssembly.Module} [kernel] what is in
 *   internal/aes/simd/kernel.wasm: its bytes, or the module compiled from them
 *   where the platform does not let programs compile. Without it, or where the
 *   engine has no vector instructions, Go uses its portable code.
 */
export function wasmHost(kernel) {
	let memory;
	let aes;
	return {
		// Go collects garbage whenever the heap has grown by this many percent of
		// 4 MB, at the least. Each time it looks through all global data, which
		// is most of what a small heap costs: at 16 MB it does so a quarter as
		// often as by default.
		//
		// The collector would also move a stack that is larger than it need be at
		// that moment, and leave the old one with all that calls left on it. See
		// scrub in package bridge.
		env: { GOGC: "400", GODEBUG: "gcshrinkstackoff=1" },
		imports: {
			random_fill(address, length) {
				try {
					const bytes = new Uint8Array(memory.buffer, address >>> 0, length);
					for (let i = 0; i < length; i += MAX_RANDOM) {
						globalThis.crypto.getRandomValues(bytes.subarray(i, i + MAX_RANDOM));
					}
					return 1;
				} catch {
					return 0; // Go goes no further
				}
			},
			aes_kernel_attached: () => (aes ? 1 : 0),
			// Through JavaScript, since the kernel is made after Go's instance,
			// whose memory it works on.
			aes_expand_key: (keys, key) => aes.expand_key(keys, key),
			aes_cbc_encrypt: (keys, dst, src, length, iv) => aes.cbc_encrypt(keys, dst, src, length, iv),
			aes_cbc_decrypt_pairs: (keys, dst, src, length, iv) => aes.cbc_decrypt_pairs(keys, dst, src, length, iv),
			aes_ctr_pairs: (keys, dst, src, length, counter) => aes.ctr_pairs(keys, dst, src, length, counter),
		},
		/** @param {WebAssembly.Memory} mem Go's memory, before Go runs */
		async attach(mem) {
			memory = mem;
			const module = await compiled(kernel);
			if (module) aes = (await WebAssembly.instantiate(module, { go: { mem } })).exports;
		},
	};
}

async function compiled(kernel) {
	const isBytes = ArrayBuffer.isView(kernel) || kernel instanceof ArrayBuffer;
	if (!isBytes) return kernel; // a module, or undefined
	if (WebAssembly.validate(kernel)) return WebAssembly.compile(kernel);
}
