package base64

import (
	"slices"

	"github.com/mudpuppy-e2ee/mudpuppy/internal/secret"
)

// EncodedLen returns the length of the encoding of n bytes.
func EncodedLen(n int) int { return n/3*4 + (n%3*8+5)/6 }

// Encode returns the encoding of b. Strings cannot be wiped: secrets go through
// [AppendEncode].
func Encode(b []byte) string {
	text := AppendEncode(nil, b)
	s := string(text)
	secret.Wipe(text)
	return s
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
	for len(src) >= 3 {
		v := int32(src[0])<<16 | int32(src[1])<<8 | int32(src[2])
		dst[0] = character(v >> 18)
		dst[1] = character(v >> 12 & 63)
		dst[2] = character(v >> 6 & 63)
		dst[3] = character(v & 63)
		src, dst = src[3:], dst[4:]
	}
	switch len(src) {
	case 1:
		v := int32(src[0]) << 4
		dst[0] = character(v >> 6)
		dst[1] = character(v & 63)
	case 2:
		v := int32(src[0])<<10 | int32(src[1])<<2
		dst[0] = character(v >> 12)
		dst[1] = character(v >> 6 & 63)
		dst[2] = character(v & 63)
	}
}

// character returns the character for a value of 0 to 63. Each line moves on
// from one range of the alphabet to the next: a negative difference, shifted
// down, is a mask of ones.
func character(v int32) byte {
	c := 'A' + v
	c += (25 - v) >> 31 & ('a' - 'A' - 26)
	c += (51 - v) >> 31 & ('0' - 'a' - 26)
	c += (61 - v) >> 31 & ('+' - '0' - 10)
	c += (62 - v) >> 31 & ('/' - '+' - 1)
	return byte(c)
}
