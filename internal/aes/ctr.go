package aes

import (
	"crypto/subtle"
	"encoding/binary"
	"math/bits"
)

// A stream is a piece of the key stream, of some states.
type stream [4 * blocks * BlockSize]byte

// CTR combines src with the key stream into dst, which encrypts and decrypts
// alike. Both may be the same but must not overlap otherwise.
//
// The counter is one big-endian number of 128 bits. It is advanced past every
// block used, the last one even if only in part: a following call continues
// where this one ended if len(src) was whole blocks.
func (c *Cipher) CTR(dst, src []byte, counter *[BlockSize]byte) {
	high := binary.BigEndian.Uint64(counter[:8])
	low := binary.BigEndian.Uint64(counter[8:])
	var pad stream
	for len(src) > 0 {
		n := min(len(src), len(pad))
		used := (n + BlockSize - 1) / BlockSize
		for i := range used {
			binary.BigEndian.PutUint64(pad[i*BlockSize:], high)
			binary.BigEndian.PutUint64(pad[i*BlockSize+8:], low)
			var carry uint64
			low, carry = bits.Add64(low, 1, 0)
			high += carry
		}
		if k := c.keys; k.kernel != nil {
			k.kernel.encryptBlocks(&pad, used)
		} else {
			k.sliced.encryptBlocks(&pad, used)
		}
		subtle.XORBytes(dst, src[:n], pad[:])
		dst, src = dst[n:], src[n:]
	}
	wipe(&pad)
	binary.BigEndian.PutUint64(counter[:8], high)
	binary.BigEndian.PutUint64(counter[8:], low)
}

// encryptBlocks encrypts the first n blocks of p, each for itself, and perhaps
// some more.
func (keys *schedule) encryptBlocks(p *stream, n int) {
	var s state
	for first := 0; first < n; first += blocks {
		four := p[first*BlockSize : (first+blocks)*BlockSize]
		for i := range blocks {
			l, r := halves(four[i*BlockSize:])
			s.load(i, l, r)
		}
		s.transpose()
		encrypt(&s, keys[:])
		s.transpose()
		for i := range blocks {
			left, right := swapOddRows(s.store(i))
			putHalves(four[i*BlockSize:], left, right)
		}
	}
	wipe(&s)
}
