//go:build wasm && wasmsimd

package aes

import "unsafe"

// kernelKeys are the round keys as FIPS 197 has them, one after the other.
type kernelKeys columns

// hasKernel is whether the host has attached the kernel, which it cannot where
// the engine has no vector instructions.
var hasKernel = kernelAttached() != 0

//go:wasmimport mudpuppy aes_kernel_attached
func kernelAttached() int32

//go:wasmimport mudpuppy aes_cbc_encrypt
//go:noescape
func kernelEncryptCBC(keys, dst, src unsafe.Pointer, length int32, iv unsafe.Pointer)

func (k *kernelKeys) keep(w *columns) {
	if hasKernel {
		*k = kernelKeys(*w)
	}
}

// encryptCBC encrypts whole blocks, or reports that there is no kernel.
func (k *kernelKeys) encryptCBC(dst, src []byte, iv *[BlockSize]byte) bool {
	if !hasKernel || len(src) == 0 {
		return false
	}
	_ = dst[len(src)-1] // the kernel checks nothing
	kernelEncryptCBC(unsafe.Pointer(k), unsafe.Pointer(&dst[0]), unsafe.Pointer(&src[0]), int32(len(src)), unsafe.Pointer(iv))
	return true
}
