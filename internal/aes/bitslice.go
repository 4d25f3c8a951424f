package aes

import "encoding/binary"

// blocks is how many blocks a state holds.
const blocks = 4

// A state holds four blocks, bitsliced: word k holds bit k of every byte, so
// that one logical operation works on 64 bytes at once. FIPS 197 arranges a
// block in four rows and four columns, byte i in row i%4 and column i/4; in
// each word, the bit of a byte stands at
//
//	16·row + 4·column + block
//
// One row further is thus 16 bits further, which is what MixColumns wants, and
// one column further is 4 bits further within the 16 bits of the row.
type state [8]uint64

// load puts a block in place number i of a state that is not yet bitsliced.
// The block comes as its left and its right two columns, see [halves].
//
// The left half has columns 0 and 1 one after the other, the right half 2 and
// 3. Each exchange swaps one bit of the number of a byte for the choice between
// the two words, until one word has columns 0 and 2 and the other 1 and 3, with
// the bytes of one row side by side. That leaves the rest to [state.transpose].
func (s *state) load(i int, left, right uint64) {
	left, right = exchange(left, right, 8, m8)
	left, right = exchange(left, right, 16, m16)
	s[i], s[i+4] = exchange(left, right, 32, m32)
}

// store is the inverse of load.
func (s *state) store(i int) (left, right uint64) {
	left, right = exchange(s[i], s[i+4], 32, m32)
	left, right = exchange(left, right, 16, m16)
	return exchange(left, right, 8, m8)
}

// transpose exchanges the number of a word with the number of a bit in its
// byte: bit k of byte b in word w becomes bit w of byte b in word k. It
// bitslices what [state.load] has put in place, and is its own inverse.
func (s *state) transpose() {
	s0, s1 := exchange(s[0], s[1], 1, m1)
	s2, s3 := exchange(s[2], s[3], 1, m1)
	s4, s5 := exchange(s[4], s[5], 1, m1)
	s6, s7 := exchange(s[6], s[7], 1, m1)

	s0, s2 = exchange(s0, s2, 2, m2)
	s1, s3 = exchange(s1, s3, 2, m2)
	s4, s6 = exchange(s4, s6, 2, m2)
	s5, s7 = exchange(s5, s7, 2, m2)

	s[0], s[4] = exchange(s0, s4, 4, m4)
	s[1], s[5] = exchange(s1, s5, 4, m4)
	s[2], s[6] = exchange(s2, s6, 4, m4)
	s[3], s[7] = exchange(s3, s7, 4, m4)
}

// Mask mN takes every other group of N bits.
const (
	m1  = 0x5555555555555555
	m2  = 0x3333333333333333
	m4  = 0x0f0f0f0f0f0f0f0f
	m8  = 0x00ff00ff00ff00ff
	m16 = 0x0000ffff0000ffff
	m32 = 0x00000000ffffffff
)

// exchange swaps the bits of a under mask<<n for those of b under mask.
func exchange(a, b uint64, n uint, mask uint64) (uint64, uint64) {
	t := (a>>n ^ b) & mask
	return a ^ t<<n, b ^ t
}

// halves reads the two left and the two right columns of a block, the first
// byte of each lowest.
func halves(block []byte) (left, right uint64) {
	return binary.LittleEndian.Uint64(block), binary.LittleEndian.Uint64(block[8:])
}

// putHalves is the inverse of halves.
func putHalves(block []byte, left, right uint64) {
	binary.LittleEndian.PutUint64(block, left)
	binary.LittleEndian.PutUint64(block[8:], right)
}
