package sealed

import (
	"encoding/binary"
	"math/bits"
)

// total is how many records a table has, and which: the sum of a secret number
// for each, modulo 2^256. The numbers are MACs, so nobody without the key can
// find other records of the same sum; and as a sum it follows each change of a
// record without a look at the others.
type total struct {
	count uint64
	sum   [4]uint64 // the lowest part first
}

// element returns the number of a version of a record.
func (k *keys) element(n name, m mark) (e [4]uint64) {
	var sum [32]byte
	k.sums.Sum(&sum, n[:], m[:])
	for i := range e {
		e[i] = binary.BigEndian.Uint64(sum[8*i:])
	}
	return e
}

func (t *total) add(e [4]uint64) {
	var carry uint64
	for i := range e {
		t.sum[i], carry = bits.Add64(t.sum[i], e[i], carry)
	}
	t.count++
}

func (t *total) remove(e [4]uint64) {
	var borrow uint64
	for i := range e {
		t.sum[i], borrow = bits.Sub64(t.sum[i], e[i], borrow)
	}
	t.count--
}
