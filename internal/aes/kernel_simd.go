//go:build wasm && wasmhost

package aes

import (
	"encoding/binary"
	"unsafe"
)

// hasKernel is whether the host has attached the kernel, which it cannot where
// the engine has no vector instructions.
var hasKernel = kernelAttached() != 0

// kernelKeys are the round keys as FIPS 197 has them, one after the other, and
// one more that the kernel makes on the way.
type kernelKeys [(rounds + 2) * BlockSize]byte

// The functions of the kernel. It checks no lengths.

//go:wasmimport mudpuppy aes_kernel_attached
func kernelAttached() int32

//go:wasmimport mudpuppy aes_expand_key
//go:noescape
func kernelExpandKey(keys, key unsafe.Pointer)

//go:wasmimport mudpuppy aes_cbc_encrypt
//go:noescape
func kernelEncryptCBC(keys, dst, src unsafe.Pointer, length int32, iv unsafe.Pointer)

//go:wasmimport mudpuppy aes_cbc_decrypt_pairs
//go:noescape
func kernelDecryptCBC(keys, dst, src unsafe.Pointer, length int32, iv unsafe.Pointer)

//go:wasmimport mudpuppy aes_ctr_pairs
//go:noescape
func kernelCTR(keys, dst, src unsafe.Pointer, length int32, counter unsafe.Pointer)

func (k *kernelKeys) expand(key *[32]byte) {
	kernelExpandKey(unsafe.Pointer(k), unsafe.Pointer(key))
}

func (k *kernelKeys) encryptCBC(dst, src []byte, iv *[BlockSize]byte) {
	if len(src) == 0 {
		return
	}
	_ = dst[len(src)-1]
	kernelEncryptCBC(unsafe.Pointer(k), unsafe.Pointer(&dst[0]), unsafe.Pointer(&src[0]), int32(len(src)), unsafe.Pointer(iv))
}

func (k *kernelKeys) decryptCBC(dst, src []byte, iv *[BlockSize]byte) {
	if len(src)%(2*BlockSize) != 0 {
		k.decryptLast(dst, src, iv)
		src = src[:len(src)-BlockSize]
	}
	if len(src) > 0 {
		_ = dst[len(src)-1]
		kernelDecryptCBC(unsafe.Pointer(k), unsafe.Pointer(&dst[0]), unsafe.Pointer(&src[0]), int32(len(src)), unsafe.Pointer(iv))
	}
}

// decryptLast decrypts the last of an odd number of blocks, as half of a pair.
// It comes before the others, since it needs the ciphertext before it, and dst
// may be src.
func (k *kernelKeys) decryptLast(dst, src []byte, iv *[BlockSize]byte) {
	last := len(src) - BlockSize
	if last > 0 {
		iv = (*[BlockSize]byte)(src[last-BlockSize:])
	}
	var pair [2 * BlockSize]byte
	copy(pair[:], src[last:])
	kernelDecryptCBC(unsafe.Pointer(k), unsafe.Pointer(&pair), unsafe.Pointer(&pair), int32(len(pair)), unsafe.Pointer(iv))
	copy(dst[last:], pair[:BlockSize])
	clear(pair[:])
}

// ctr is CTR, as long as the low half of the counter does not wrap.
func (k *kernelKeys) ctr(dst, src []byte, counter *[BlockSize]byte) {
	const pair = 2 * BlockSize
	low := binary.BigEndian.Uint64(counter[8:])
	if whole := len(src) &^ (pair - 1); whole > 0 {
		_ = dst[whole-1]
		kernelCTR(unsafe.Pointer(k), unsafe.Pointer(&dst[0]), unsafe.Pointer(&src[0]), int32(whole), unsafe.Pointer(counter))
		low += uint64(whole / BlockSize)
		dst, src = dst[whole:], src[whole:]
	}
	if len(src) > 0 {
		binary.BigEndian.PutUint64(counter[8:], low)
		var rest [pair]byte
		copy(rest[:], src)
		kernelCTR(unsafe.Pointer(k), unsafe.Pointer(&rest), unsafe.Pointer(&rest), pair, unsafe.Pointer(counter))
		copy(dst, rest[:len(src)])
		clear(rest[:])
		low += uint64((len(src) + BlockSize - 1) / BlockSize)
	}
	binary.BigEndian.PutUint64(counter[8:], low)
}
