package aes

import (
	"bytes"
	"testing"

	"github.com/mudpuppy-e2ee/mudpuppy/internal/testrand"
)

func TestPad(t *testing.T) {
	for n := range 100 {
		size := PaddedLen(n)
		if size%BlockSize != 0 || size <= n || size > n+BlockSize {
			t.Fatalf("PaddedLen(%d) is %d", n, size)
		}
		b := bytes.Repeat([]byte{0xee}, size)
		Pad(b, n)
		want := append(bytes.Repeat([]byte{0xee}, n), bytes.Repeat([]byte{byte(size - n)}, size-n)...)
		if !bytes.Equal(b, want) {
			t.Fatalf("%d bytes padded: %x, want %x", n, b, want)
		}
		if got, ok := Unpad(b); got != n || !ok {
			t.Fatalf("%d bytes unpadded: %d, %v", n, got, ok)
		}
	}
}

func TestT7UnpadRefusesWrongLength(t *testing.T) {
	for n := range 100 {
		b := bytes.Repeat([]byte{1}, n) // good padding, was the length right
		if _, ok := Unpad(b); ok != (n > 0 && n%BlockSize == 0) {
			t.Errorf("%d bytes: %v", n, ok)
		}
	}
}

// Every last byte, and for each every other byte of the block right and wrong:
// the answer is that of the definition.
func TestT7UnpadAgainstDefinition(t *testing.T) {
	unpad := func(b []byte) (int, bool) {
		count := int(b[len(b)-1])
		if count < 1 || count > BlockSize {
			return 0, false
		}
		n := len(b) - count
		return n, bytes.Equal(b[n:], bytes.Repeat([]byte{byte(count)}, count))
	}
	check := func(b []byte) {
		wantN, want := unpad(b)
		if !want {
			wantN = 0
		}
		if n, ok := Unpad(b); n != wantN || ok != want {
			t.Errorf("%x: %d, %v, want %d, %v", b, n, ok, wantN, want)
		}
	}
	r := testrand.New(t)
	for last := range 256 {
		b := testrand.Bytes(r, 3*BlockSize)
		for i := BlockSize; i < len(b); i++ { // also before the last block, which must not count
			b[i] = byte(last)
		}
		check(b)
		for i := 1; i < 2*BlockSize; i++ {
			wrong := bytes.Clone(b)
			wrong[len(b)-1-i] ^= 1 << r.IntN(8)
			check(wrong)
		}
	}
}
