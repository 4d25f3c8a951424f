//go:build !(wasm && wasmhost)

package aes

// This build has no kernel outside Go.
const hasKernel = false

type kernelKeys struct{}

func (*kernelKeys) expand(*[32]byte)                           {}
func (*kernelKeys) encryptCBC(_, _ []byte, _ *[BlockSize]byte) {}
func (*kernelKeys) decryptCBC(_, _ []byte, _ *[BlockSize]byte) {}
func (*kernelKeys) ctr(_, _ []byte, _ *[BlockSize]byte)        {}
