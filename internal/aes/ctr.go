package aes

import (
	"crypto/subtle"
	"encoding/binary"
	"math/bits"
)

// A stream is the key stream of one state.
type stream [blocks * BlockSize]byte

// CTR combines src with the key stream into dst, which encrypts and decrypts
// alike. Both may be the same but must not overlap otherwise.
//
// The counter is one big-endian number of 128 bits. It is advanced past every
// block used, the last one even if only in part: a following call continues
// where this one ended if len(src) was whole blocks.
func (c *Cipher) CTR(dst, src []byte, counter *[BlockSize]byte) {
	for len(src) > 0 {
		n := untilWrap(len(src), counter)
		if k := c.keys; k.kernel != nil {
			k.kernel.ctr(dst, src[:n], counter)
		} else {
			k.sliced.ctr(dst, src[:n], counter)
		}
		if binary.BigEndian.Uint64(counter[8:]) == 0 {
			binary.BigEndian.PutUint64(counter[:8], binary.BigEndian.Uint64(counter[:8])+1)
		}
		dst, src = dst[n:], src[n:]
	}
}

// untilWrap returns how many of n bytes there are before the low half of the
// counter wraps.
func untilWrap(n int, counter *[BlockSize]byte) int {
	left := -binary.BigEndian.Uint64(counter[8:]) // 0 for all 2^64
	if left-1 < uint64(n/BlockSize) {
		return min(n, int(left)*BlockSize)
	}
	return n
}

// ctr is CTR, as long as the low half of the counter does not wrap before the
// end.
func (keys *schedule) ctr(dst, src []byte, counter *[BlockSize]byte) {
	low := binary.BigEndian.Uint64(counter[8:])
	var s state
	var pad stream
	for len(src) > 0 {
		n := min(len(src), len(pad))
		used := (n + BlockSize - 1) / BlockSize
		high, _ := halves(counter[:])
		for i := range used {
			s.load(i, high, bits.ReverseBytes64(low))
			low++
		}
		s.transpose()
		encrypt(&s, keys[:])
		s.transpose()
		for i := range used {
			left, right := swapOddRows(s.store(i))
			putHalves(pad[i*BlockSize:], left, right)
		}
		subtle.XORBytes(dst, src[:n], pad[:])
		dst, src = dst[n:], src[n:]
	}
	wipe(&s)
	wipe(&pad)
	binary.BigEndian.PutUint64(counter[8:], low)
}
