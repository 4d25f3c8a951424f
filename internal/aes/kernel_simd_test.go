//go:build wasm && wasmhost

package aes

import (
	"bytes"
	"os"
	"testing"

	"github.com/mudpuppy-e2ee/mudpuppy/internal/testrand"
)

// needKernel skips a test where the runner was told to leave the kernel out.
func needKernel(t *testing.T) {
	t.Helper()
	if os.Getenv("MUDPUPPY_KERNEL") == "none" {
		t.Skip("MUDPUPPY_KERNEL=none: this run is for the portable code")
	}
	if !hasKernel {
		t.Fatal("the host attached no kernel")
	}
}

// portably runs a function without the kernel.
func portably(run func()) {
	hasKernel = false
	defer func() { hasKernel = true }()
	run()
}

// The kernel and the portable code give the same results. All other tests of
// this package run with the kernel as well, in this build.
func TestT1KernelEqualsPortableCode(t *testing.T) {
	needKernel(t)
	r := testrand.New(t)
	modes := map[string]func(c *Cipher, dst, src []byte, iv *[BlockSize]byte){
		"EncryptCBC": (*Cipher).EncryptCBC,
		"DecryptCBC": (*Cipher).DecryptCBC,
		"CTR":        (*Cipher).CTR,
	}
	for n := range testrand.Count(t, 300) {
		key := [32]byte(testrand.Bytes(r, 32))
		iv := [BlockSize]byte(testrand.Bytes(r, BlockSize))
		src := testrand.Bytes(r, BlockSize*(n%70))
		for mode, run := range modes {
			with, without, inPlace := make([]byte, len(src)), make([]byte, len(src)), bytes.Clone(src)
			first, second, third := iv, iv, iv // CTR advances them
			run(New(&key), with, src, &first)
			run(New(&key), inPlace, inPlace, &second)
			portably(func() { run(New(&key), without, src, &third) })
			if !bytes.Equal(with, without) || !bytes.Equal(inPlace, without) {
				t.Fatalf("%s of %d blocks: %x\nin place %x\nwant     %x", mode, len(src)/BlockSize, with, inPlace, without)
			}
		}
	}
}

func TestT9WipeOverwritesTheKernelsKeys(t *testing.T) {
	needKernel(t)
	c := New(&[32]byte{1})
	k := c.keys.kernel
	if *k == (kernelKeys{}) {
		t.Fatal("there were no keys to wipe")
	}
	c.Wipe()
	if *k != (kernelKeys{}) {
		t.Error("the kernel's keys were not overwritten")
	}
}

func BenchmarkPortableEncryptCBC1KiB(b *testing.B) {
	portably(func() { benchmark(b, (*Cipher).EncryptCBC) })
}

func BenchmarkPortableDecryptCBC1KiB(b *testing.B) {
	portably(func() { benchmark(b, (*Cipher).DecryptCBC) })
}
