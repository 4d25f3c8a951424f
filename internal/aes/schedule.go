package aes

import (
	"encoding/binary"
	"math/bits"
)

// rounds is the number of rounds with a key of 256 bits.
const rounds = 14

// A schedule holds the round keys as encrypt and decrypt want them: bitsliced,
// the same in the place of each of the four blocks.
type schedule [rounds + 1]state

// columns are the round keys as FIPS 197 has them, four columns each, with row 0
// in the low byte.
type columns [4 * (rounds + 1)]uint32

// affine is the constant of the S-box, once for each byte of a column. The
// circuits leave adding it to the round keys, all but the first: the same byte
// everywhere, it goes through ShiftRows and MixColumns as it is. Backwards, the
// same keys add it before the inverse S-box, where it belongs.
const affine = 0x63636363

// expand is KeyExpansion of FIPS 197.
func (s *schedule) expand(key *[32]byte) {
	var w columns
	for i := range 8 {
		w[i] = binary.LittleEndian.Uint32(key[4*i:])
	}
	constant := uint32(1)
	for i := 8; i < len(w); i++ {
		t := w[i-1]
		switch i % 8 {
		case 0:
			t = subWord(bits.RotateLeft32(t, -8)) ^ constant
			constant <<= 1
		case 4:
			t = subWord(t)
		}
		w[i] = w[i-8] ^ t
	}
	for r := range s {
		s[r].loadKey((*[4]uint32)(w[4*r:]), r)
	}
	wipe(&w)
}

// subWord applies the S-box to the four bytes of w: a single round with keys
// of zero does nothing else.
func subWord(w uint32) uint32 {
	var none [2]state
	s := state{uint64(w)}
	s.transpose()
	encrypt(&s, none[:])
	s.transpose()
	w = uint32(s[0]) ^ affine
	wipe(&s)
	return w
}

// loadKey makes the state of round key number r out of its columns.
func (s *state) loadKey(w *[4]uint32, r int) {
	var turned [4]uint64
	for c := range turned {
		// Row k still lacks r·k columns of turning, see rotation.
		t := w[c]&0x000000ff |
			w[(c-r)&3]&0x0000ff00 |
			w[(c-2*r)&3]&0x00ff0000 |
			w[(c-3*r)&3]&0xff000000
		if r > 0 {
			t ^= affine
		}
		turned[c] = uint64(t)
	}
	for block := range 4 {
		s.load(block, turned[0]|turned[1]<<32, turned[2]|turned[3]<<32)
	}
	s.transpose()
}
