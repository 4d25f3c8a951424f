// What a Go program built with -tags wasmsimd imports as module "mudpuppy".
//
//   const host = aesHost(kernelBytes);
//   go.importObject.mudpuppy = host.imports;
//   const { instance } = await WebAssembly.instantiate(bytes, go.importObject);
//   host.attach(instance.exports.mem);
//   go.run(instance);

/**
 * @param {BufferSource} [kernel] the bytes of kernel.wasm; without them, or
 *   where the engine has no vector instructions, Go uses its portable code.
 */
export function aesHost(kernel) {
	let encrypt;
	return {
		imports: {
			aes_kernel_attached: () => (encrypt ? 1 : 0),
			// Called through JavaScript, since the kernel is made after Go's
			// instance, whose memory it works on.
			aes_cbc_encrypt: (keys, dst, src, length, iv) => encrypt(keys, dst, src, length, iv),
		},
		/** @param {WebAssembly.Memory} mem Go's memory, before Go runs */
		attach(mem) {
			if (kernel && WebAssembly.validate(kernel)) {
				const module = new WebAssembly.Module(kernel);
				encrypt = new WebAssembly.Instance(module, { go: { mem } }).exports.cbc_encrypt;
			}
		},
	};
}
