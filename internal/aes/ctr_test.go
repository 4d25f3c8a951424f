package aes

import (
	"bytes"
	"crypto/cipher"
	"testing"

	"github.com/mudpuppy-e2ee/mudpuppy/internal/testrand"
	"github.com/mudpuppy-e2ee/mudpuppy/internal/vectors"
)

// NIST SP 800-38A, F.5.5 and F.5.6.
func TestT1CTROfSP80038A(t *testing.T) {
	c := newCipher(unhex(t, sp80038aKey))
	counter := [BlockSize]byte(unhex(t, "f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff"))
	got := unhex(t, sp80038aPlain)
	c.CTR(got, got, &counter)
	want := unhex(t, "601ec313775789a5b7a7f504bbf3d228 f443e3ca4d62b59aca84e990cacaf5c5"+
		"2b0930daa23de94ce87017ba2d84988d dfc9c58db67aada613c2dd08457941a6")
	if !bytes.Equal(got, want) {
		t.Errorf("encrypted %x, want %x", got, want)
	}
	if next := unhex(t, "f0f1f2f3f4f5f6f7f8f9fafbfcfdff03"); !bytes.Equal(counter[:], next) {
		t.Errorf("the counter went to %x, want %x", counter, next)
	}
}

func TestT1CTROfPrimitives(t *testing.T) {
	found := false
	for _, p := range vectors.Load[paddedCase](t, "primitives.json") {
		if p.Kind != "aes256_ctr" {
			continue
		}
		found = true
		got := make([]byte, len(p.Plaintext))
		newCipher(p.Key).CTR(got, p.Plaintext, (*[BlockSize]byte)(p.IV))
		if !bytes.Equal(got, p.Ciphertext) {
			t.Errorf("%s: encrypted %x, want %x", p.ID, got, p.Ciphertext)
		}
	}
	if !found {
		t.Error("no case of kind aes256_ctr")
	}
}

// counters start at random, and short of 2⁶⁴ and 2¹²⁸, so that they carry and
// wrap within a state of four blocks and between two.
func counters(t *testing.T) [][BlockSize]byte {
	r := testrand.New(t)
	list := [][BlockSize]byte{{}, [BlockSize]byte(testrand.Bytes(r, BlockSize))}
	for short := range byte(7) {
		carry := [BlockSize]byte(testrand.Bytes(r, BlockSize))
		copy(carry[8:], bytes.Repeat([]byte{0xff}, 8))
		carry[15] -= short
		wrap := [BlockSize]byte(bytes.Repeat([]byte{0xff}, BlockSize))
		wrap[15] -= short
		list = append(list, carry, wrap)
	}
	return list
}

func TestT1CTRAgainstStd(t *testing.T) {
	r := testrand.New(t)
	for _, start := range counters(t) {
		key := testrand.Bytes(r, 32)
		c := newCipher(key)
		for n := range 201 {
			plain := testrand.Bytes(r, n)
			want := make([]byte, n)
			cipher.NewCTR(std(t, key), start[:]).XORKeyStream(want, plain)

			counter := start
			got := make([]byte, n+1) // the last byte must stay
			c.CTR(got, plain, &counter)
			if !bytes.Equal(got, append(want, 0)) {
				t.Fatalf("%d bytes from %x: encrypted %x, want %x", n, start, got, want)
			}
			if next := advance(start, (n+BlockSize-1)/BlockSize); counter != next {
				t.Fatalf("%d bytes from %x: the counter went to %x, want %x", n, start, counter, next)
			}
			counter = start
			c.CTR(plain, plain, &counter)
			if !bytes.Equal(plain, want[:n]) {
				t.Fatalf("%d bytes from %x: encrypted in place %x, want %x", n, start, plain, want)
			}
		}
	}
}

// advance adds to a counter byte by byte, as one does on paper.
func advance(counter [BlockSize]byte, by int) [BlockSize]byte {
	for range by {
		for i := BlockSize - 1; i >= 0; i-- {
			counter[i]++
			if counter[i] != 0 {
				break
			}
		}
	}
	return counter
}

// Calls of whole blocks continue each other.
func TestCTRContinues(t *testing.T) {
	r := testrand.New(t)
	for _, start := range counters(t) {
		c := newCipher(testrand.Bytes(r, 32))
		plain := testrand.Bytes(r, 30*BlockSize+5)
		want := make([]byte, len(plain))
		counter := start
		c.CTR(want, plain, &counter)

		counter = start
		var got []byte
		for rest := plain; len(rest) > 0; {
			n := min(r.IntN(10)*BlockSize, len(rest))
			if len(rest) < BlockSize {
				n = len(rest)
			}
			part := make([]byte, n)
			c.CTR(part, rest[:n], &counter)
			got, rest = append(got, part...), rest[n:]
		}
		if !bytes.Equal(got, want) {
			t.Fatalf("from %x: in parts %x, at once %x", start, got, want)
		}
	}
}
