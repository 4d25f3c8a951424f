package sha2

import (
	"encoding/binary"
	"testing"

	"github.com/mudpuppy-e2ee/mudpuppy/internal/testrand"
)

// The compression functions in use are compared with those in plain Go. In
// WebAssembly and with the tag purego both are the same, and the tests of the
// digests, which compare them with the standard library, stand alone.

func TestCompressionFormsAgree256(t *testing.T) {
	r := testrand.New(t)
	for range testrand.Count(t, 200) {
		var state [8]uint32
		for i := range state {
			state[i] = r.Uint32()
		}
		blocks := testrand.Bytes(r, r.IntN(6)*block256)
		got, want := state, state
		compress256(&got, blocks)
		compress256Go(&want, blocks)
		if got != want {
			t.Fatalf("%d blocks after %08x: got %08x, want %08x", len(blocks)/block256, state, got, want)
		}
	}
}

func TestCompressionFormsAgree512(t *testing.T) {
	r := testrand.New(t)
	for range testrand.Count(t, 200) {
		var state [8]uint64
		for i := range state {
			state[i] = r.Uint64()
		}
		blocks := testrand.Bytes(r, r.IntN(6)*block512)
		got, want := state, state
		compress512(&got, blocks)
		compress512Go(&want, blocks)
		if got != want {
			t.Fatalf("%d blocks after %016x: got %016x, want %016x", len(blocks)/block512, state, got, want)
		}
	}
}

// TestCompressionGoAbc runs the plain Go form over the padded message "abc" of
// FIPS 180-4, on every platform.
func TestCompressionGoAbc(t *testing.T) {
	var block [block512]byte
	copy(block[:], "abc\x80")
	block[63] = 24
	state := initial256
	compress256Go(&state, block[:block256])
	if want := [32]byte(abc256); bytes256(state) != want {
		t.Errorf("SHA-256: got %x, want %x", bytes256(state), want)
	}

	block[63], block[127] = 0, 24
	wide := initial512
	compress512Go(&wide, block[:])
	if want := [64]byte(abc512); bytes512(wide) != want {
		t.Errorf("SHA-512: got %x, want %x", bytes512(wide), want)
	}
}

func bytes256(state [8]uint32) (b [32]byte) {
	for i, s := range state {
		binary.BigEndian.PutUint32(b[4*i:], s)
	}
	return b
}

func bytes512(state [8]uint64) (b [64]byte) {
	for i, s := range state {
		binary.BigEndian.PutUint64(b[8*i:], s)
	}
	return b
}
