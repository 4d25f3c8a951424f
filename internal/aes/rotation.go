package aes

import "math/bits"

// A rotation fetches, for every byte of a state, the byte some rows further
// down and some columns further right, both counted modulo 4.
//
// It stands in for ShiftRows, which moves row k by k columns to the left and on
// this layout would cost as much as the S-box. No round does it, as in the
// fixslicing of Adomnicai and Peyrin, "Fixslicing AES-like Ciphers" (2020). A
// byte of row k is after r rounds still r·k columns right of where it should
// be, so that what ought to stand in one column is r columns further right with
// each row. MixColumns fetches its bytes from there, the round keys come turned
// in the same way, and the S-box does not care.
//
// After four rounds every row has missed whole turns. What is missing after
// the fourteen of AES-256 is two columns in the odd rows: see [swapOddRows].
type rotation struct {
	// Arguments for bits.RotateLeft64, never positive: what is further down or
	// right has a higher place. Where the column wraps, it has come back by
	// the 16 bits of a row.
	straight, wrapping int

	mask uint64 // the bits whose column does not wrap
}

// rotate returns the rotation by rows and columns, neither negative.
func rotate(rows, columns int) rotation {
	n := 4 * (columns & 3)
	return rotation{
		straight: -16*rows - n,
		wrapping: 16 - 16*rows - n,
		mask:     0x0001000100010001 * (0xffff >> n),
	}
}

// of returns the rotated x.
func (r rotation) of(x uint64) uint64 {
	wrapped := bits.RotateLeft64(x, r.wrapping)
	return (bits.RotateLeft64(x, r.straight)^wrapped)&r.mask ^ wrapped
}

// swapOddRows moves rows 1 and 3 of a block by two columns, that is, swaps
// them between its halves. It is its own inverse.
func swapOddRows(left, right uint64) (uint64, uint64) {
	t := (left ^ right) & 0xff00ff00ff00ff00
	return left ^ t, right ^ t
}
