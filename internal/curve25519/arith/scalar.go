package arith

import "encoding/binary"

// Scalars are numbers modulo the order L of the base point, in little-endian
// bytes outside and in little-endian words of 32 bits inside.
const (
	scalarWords  = 8
	doubleWords  = 2 * scalarWords
	barrettWords = scalarWords + 1
)

var (
	order = [scalarWords]uint32{0x5cf5d3ed, 0x5812631a, 0xa2f79cd6, 0x14def9de, 0, 0, 0, 0x10000000}

	// reciprocal is 2^512 / L, rounded down.
	reciprocal = [barrettWords]uint32{0xa2c131b, 0xed9ce5a3, 0x86329a7, 0x2106215d, 0xffffffeb, 0xffffffff, 0xffffffff, 0xffffffff, 0xf}
)

// Reduce sets out to the number of 64 bytes modulo L.
func Reduce(out *[32]byte, number *[64]byte) {
	var r reduction
	for i := range r.number {
		r.number[i] = binary.LittleEndian.Uint32(number[4*i:])
	}
	r.reduce(out)
	r.wipe()
}

// MultiplyAdd sets out to a b + c modulo L.
func MultiplyAdd(out, a, b, c *[32]byte) {
	var r reduction
	var x, y [scalarWords]uint32
	for i := range x {
		x[i] = binary.LittleEndian.Uint32(a[4*i:])
		y[i] = binary.LittleEndian.Uint32(b[4*i:])
		r.number[i] = binary.LittleEndian.Uint32(c[4*i:])
	}
	addProduct(r.number[:], x[:], y[:])
	r.reduce(out)
	r.wipe()
	wipeWords(x[:])
	wipeWords(y[:])
}

// reduction is a number to be reduced by Barrett's method (Menezes, van
// Oorschot and Vanstone, Handbook of Applied Cryptography, 14.42), under the
// names used there, and the room that this takes, to be wiped together.
type reduction struct {
	number   [doubleWords]uint32 // x
	estimate [2 * barrettWords]uint32
	multiple [barrettWords]uint32
	less     [barrettWords]uint32
}

// reduce sets out to the number modulo L. Before it is rounded down, the
// estimate of the quotient is too low by less than 0.23, the fraction of 2^512/L
// that the reciprocal lacks, and 2^-28 for the words of the number left out. So
// one subtraction of L remains, which is made or not.
func (r *reduction) reduce(out *[32]byte) {
	addProduct(r.estimate[:], r.number[scalarWords-1:], reciprocal[:])
	addProduct(r.multiple[:], r.estimate[barrettWords:], order[:])
	rest := r.number[:barrettWords]
	subtractWords(rest, rest, r.multiple[:])
	borrow := subtractWords(r.less[:], rest, order[:])
	for i := range rest { // keep what is less, unless it is below zero
		rest[i] ^= (rest[i] ^ r.less[i]) &^ -borrow
	}
	for i := range scalarWords {
		binary.LittleEndian.PutUint32(out[4*i:], rest[i])
	}
}

//go:noinline
func (r *reduction) wipe() { *r = reduction{} }

//go:noinline
func wipeWords(w []uint32) { clear(w) }

// addProduct adds a b to sum, modulo 2^32 for each word of sum that there is.
func addProduct(sum, a, b []uint32) {
	for i, x := range a {
		carry := uint64(0)
		row := sum[i:]
		for j := range row {
			t := uint64(row[j]) + carry
			if j < len(b) {
				t += uint64(x) * uint64(b[j]) // at most 2^64 - 1 in all
			}
			row[j] = uint32(t)
			carry = t >> 32
		}
	}
}

// subtractWords sets difference to a - b, modulo its length, and returns the
// borrow. b may be shorter.
func subtractWords(difference, a, b []uint32) (borrow uint32) {
	for i := range difference {
		t := uint64(a[i]) - uint64(borrow)
		if i < len(b) {
			t -= uint64(b[i])
		}
		difference[i] = uint32(t)
		borrow = uint32(t>>32) & 1
	}
	return borrow
}
