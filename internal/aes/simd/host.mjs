// What a Go program built with -tags wasmsimd imports as module "mudpuppy".
//
//   const host = aesHost(kernelBytes);
//   go.importObject.mudpuppy = host.imports;
//   const { instance } = await WebAssembly.instantiate(bytes, go.importObject);
//   await host.attach(instance.exports.mem);
//   go.run(instance);

/**
 * @param {BufferSource} [kernel] the bytes of kernel.wasm; without them, or
 *   where the engine has no vector instructions, Go uses its portable code.
 */
export function aesHost(kernel) {
	let kernels;
	// They are called through JavaScript, since the kernel is made after Go's
	// instance, whose memory it works on.
	return {
		imports: {
			aes_kernel_attached: () => (kernels ? 1 : 0),
			aes_expand_key: (keys, key) => kernels.expand_key(keys, key),
			aes_cbc_encrypt: (keys, dst, src, length, iv) => kernels.cbc_encrypt(keys, dst, src, length, iv),
			aes_cbc_decrypt_pairs: (keys, dst, src, length, iv) => kernels.cbc_decrypt_pairs(keys, dst, src, length, iv),
			aes_encrypt_pairs: (keys, blocks, length) => kernels.encrypt_pairs(keys, blocks, length),
		},
		/** @param {WebAssembly.Memory} mem Go's memory, before Go runs */
		async attach(mem) {
			if (kernel && WebAssembly.validate(kernel)) {
				const { instance } = await WebAssembly.instantiate(kernel, { go: { mem } });
				kernels = instance.exports;
			}
		},
	};
}
