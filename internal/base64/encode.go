package base64

import (
	"encoding/binary"
	"slices"
	"unsafe"
)

// EncodedLen returns the length of the encoding of n bytes.
func EncodedLen(n int) int { return n/3*4 + (n%3*8+5)/6 }

// Encode returns the encoding of b. Strings cannot be wiped: secrets go through
// [AppendEncode].
func Encode(b []byte) string {
	text := AppendEncode(nil, b)
	return unsafe.String(unsafe.SliceData(text), len(text)) // which nobody else has
}

// AppendEncode appends the encoding of b to dst. If dst holds secrets it needs
// the capacity beforehand, since growing it leaves a copy behind.
func AppendEncode(dst, b []byte) []byte {
	n := len(dst)
	dst = slices.Grow(dst, EncodedLen(len(b)))[:n+EncodedLen(len(b))]
	encode(dst[n:], b)
	return dst
}

func encode(dst, src []byte) {
	for len(src) >= 6 {
		v := uint64(src[0])<<40 | uint64(src[1])<<32 | uint64(src[2])<<24 |
			uint64(src[3])<<16 | uint64(src[4])<<8 | uint64(src[5])
		binary.LittleEndian.PutUint64(dst, characters(spread(v)))
		src, dst = src[6:], dst[8:]
	}
	var v uint64 // the rest, filled up with zeros
	for i := 0; i < len(src); i++ {
		v |= uint64(src[i]) << (40 - 8*i)
	}
	v = characters(spread(v))
	for i := 0; i < len(dst); i++ {
		dst[i] = byte(v >> (8 * i))
	}
}

// characters returns the characters for values of 0 to 63, one in each byte.
// Each term moves on from one range of the alphabet to the next. No byte
// overflows into another: the sum of what is added stays below 256, and what is
// subtracted below the character it is subtracted from.
func characters(v uint64) uint64 {
	c := v + 'A'*ones
	c += atLeast(v, 26) * ('a' - 'A' - 26)
	c -= atLeast(v, 52) * ('a' + 26 - '0')
	c -= atLeast(v, 62) * ('0' + 10 - '+')
	c += atLeast(v, 63) * ('/' - '+' - 1)
	return c
}
