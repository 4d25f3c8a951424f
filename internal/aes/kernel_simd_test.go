//go:build wasm && wasmsimd

package aes

import (
	"bytes"
	"os"
	"testing"

	"github.com/mudpuppy-e2ee/mudpuppy/internal/testrand"
)

// The kernel and the portable code give the same ciphertext. All other tests
// of this package run with the kernel as well, in this build.
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

// The kernel and the portable code give the same ciphertext. All other tests
// of this package run with the kernel as well, in this build.
func TestT1KernelEqualsPortableCode(t *testing.T) {
	needKernel(t)
	r := testrand.New(t)
	for n := range testrand.Count(t, 300) {
		key := [32]byte(testrand.Bytes(r, 32))
		iv := [BlockSize]byte(testrand.Bytes(r, BlockSize))
		src := testrand.Bytes(r, BlockSize*(1+n%70))
		c := New(&key)
		withKernel, without := make([]byte, len(src)), make([]byte, len(src))
		c.EncryptCBC(withKernel, src, &iv)

		hasKernel = false
		c.EncryptCBC(without, src, &iv)
		hasKernel = true
		if !bytes.Equal(withKernel, without) {
			t.Fatalf("%d blocks: %x\nwant %x", len(src)/BlockSize, withKernel, without)
		}
		c.EncryptCBC(src, src, &iv) // in place
		if !bytes.Equal(src, without) {
			t.Fatalf("%d blocks in place differ", len(src)/BlockSize)
		}
	}
}

func TestT9WipeOverwritesTheKernelsKeys(t *testing.T) {
	needKernel(t)
	c := New(&[32]byte{1})
	s := *c.keys
	if s.plain == (kernelKeys{}) {
		t.Fatal("there were no keys to wipe")
	}
	c.Wipe()
	if s.plain != (kernelKeys{}) {
		t.Error("the kernel's keys were not overwritten")
	}
}

func BenchmarkEncryptCBC1KiBPortable(b *testing.B) {
	defer func() { hasKernel = true }()
	hasKernel = false
	benchmark(b, (*Cipher).EncryptCBC)
}
