package sha2

import (
	"bytes"
	"encoding/binary"
	"math/rand/v2"
	"testing"

	"github.com/mudpuppy-e2ee/mudpuppy/internal/testrand"
)

// The compression functions in use are compared with those in plain Go: the
// assembly in WebAssembly, the standard library natively. With the tag purego
// both are the same, and the tests of the digests, which compare them with the
// standard library, stand alone.

func TestCompressionFormsAgree256(t *testing.T) {
	agree := func(state [8]uint32, blocks []byte) {
		t.Helper()
		got, want := state, state
		compress256(&got, blocks)
		compress256Go(&want, blocks)
		if got != want {
			t.Fatalf("%d blocks after %08x: got %08x, want %08x", len(blocks)/block256, state, got, want)
		}
	}
	r := testrand.New(t)
	for _, s := range []uint32{0, 1, 1 << 31, ^uint32(0), r.Uint32()} {
		state := [8]uint32{s, s, s, s, s, s, s, s}
		for _, blocks := range edgeBlocks(block256) {
			agree(state, blocks)
		}
	}
	for range testrand.Count(t, 200) {
		var state [8]uint32
		for i := range state {
			state[i] = r.Uint32()
		}
		agree(state, randomBlocks(r, block256))
	}
}

func TestCompressionFormsAgree512(t *testing.T) {
	agree := func(state [8]uint64, blocks []byte) {
		t.Helper()
		got, want := state, state
		compress512(&got, blocks)
		compress512Go(&want, blocks)
		if got != want {
			t.Fatalf("%d blocks after %016x: got %016x, want %016x", len(blocks)/block512, state, got, want)
		}
	}
	r := testrand.New(t)
	for _, s := range []uint64{0, 1, 1 << 63, ^uint64(0), r.Uint64()} {
		state := [8]uint64{s, s, s, s, s, s, s, s}
		for _, blocks := range edgeBlocks(block512) {
			agree(state, blocks)
		}
	}
	for range testrand.Count(t, 200) {
		var state [8]uint64
		for i := range state {
			state[i] = r.Uint64()
		}
		agree(state, randomBlocks(r, block512))
	}
}

// edgeBlocks are zero to many blocks of one byte over and over, and single bits.
func edgeBlocks(size int) (list [][]byte) {
	for _, b := range []byte{0, 1, 0x80, 0xff} {
		for _, n := range []int{0, 1, 2, 3, 500} {
			list = append(list, bytes.Repeat([]byte{b}, n*size))
		}
	}
	for bit := range 8 * size {
		block := make([]byte, size)
		block[bit/8] = 1 << (bit % 8)
		list = append(list, block)
	}
	return list
}

// randomBlocks begin at any address.
func randomBlocks(r *rand.Rand, size int) []byte {
	offset := r.IntN(16)
	return testrand.Bytes(r, offset+r.IntN(6)*size)[offset:]
}

// TestCompressionReadsOnlyItsBlocks alters the bytes around them.
func TestCompressionReadsOnlyItsBlocks(t *testing.T) {
	r := testrand.New(t)
	sums := func(buf []byte) ([8]uint32, [8]uint64) {
		narrow, wide := initial256, initial512
		compress256(&narrow, buf[block512:3*block512])
		compress512(&wide, buf[block512:3*block512])
		return narrow, wide
	}
	buf := testrand.Bytes(r, 4*block512)
	kept := bytes.Clone(buf)
	narrow, wide := sums(buf)
	if !bytes.Equal(buf, kept) {
		t.Error("the blocks were changed")
	}
	for _, outside := range [][]byte{buf[:block512], buf[3*block512:]} {
		for i := range outside {
			outside[i] ^= 0xff
		}
	}
	if n, w := sums(buf); n != narrow || w != wide {
		t.Error("what lies around the blocks matters")
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
