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
	high := binary.BigEndian.Uint64(counter[:8])
	low := binary.BigEndian.Uint64(counter[8:])
	keys := c.roundKeys()
	var s state
	var pad stream
	for len(src) > 0 {
		n := min(len(src), len(pad))
		used := (n + BlockSize - 1) / BlockSize
		for i := range used {
			s.load(i, bits.ReverseBytes64(high), bits.ReverseBytes64(low))
			var carry uint64
			low, carry = bits.Add64(low, 1, 0)
			high += carry
		}
		s.transpose()
		encrypt(&s, keys)
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
	binary.BigEndian.PutUint64(counter[:8], high)
	binary.BigEndian.PutUint64(counter[8:], low)
}
