package base64

import (
	"encoding/binary"

	"github.com/mudpuppy-e2ee/mudpuppy/internal/secret"
)

// DecodedLen returns the number of bytes that n characters encode.
func DecodedLen(n int) int { return n/4*3 + n%4*6/8 }

// Decode returns the bytes that s encodes, or nil and [ErrInvalid].
func Decode(s string) ([]byte, error) {
	dst := make([]byte, DecodedLen(len(s)))
	if _, err := DecodeInto(dst, []byte(s)); err != nil { // s is not copied
		return nil, err
	}
	return dst, nil
}

// DecodeInto writes the bytes that s encodes to dst, which must have room for
// DecodedLen(len(s)) of them and may begin where s begins. It returns their
// number. On error that room is all zero.
//
// The alphabet lies in four ranges: +, / to 9, A to Z, a to z. Whoever has
// passed an odd number of their beginnings and ends is in one of them. Each
// term of the value moves on from one stretch of the alphabet to the next.
func DecodeInto(dst, s []byte) (int, error) {
	n := DecodedLen(len(s))
	dst = dst[:n]
	var bad uint64 // not zero once anything is wrong; looked at when all is done
	for i, j := 0, 0; i < len(s); i, j = i+8, j+6 {
		var c uint64
		if j+8 <= n { // there is room for two bytes more than will be needed
			c = binary.LittleEndian.Uint64(s[i:])
		} else {
			c = loadLast(s[i:])
		}

		bad |= c & (128 * ones)
		c &= 127 * ones
		plus, slash, zero := atLeast(c, '+'), atLeast(c, '/'), atLeast(c, '0')
		upper, lower := atLeast(c, 'A'), atLeast(c, 'a')
		bad |= plus ^ atLeast(c, '+'+1) ^ slash ^ atLeast(c, '9'+1) ^
			upper ^ atLeast(c, 'Z'+1) ^ lower ^ atLeast(c, 'z'+1) ^ ones

		v := c + plus*(62-'+')
		v -= slash * (('/' - 63) - ('+' - 62))
		v -= zero * (('0' - 52) - ('/' - 63))
		v -= upper * ('A' - ('0' - 52))
		v -= lower * (('a' - 26) - 'A')
		v = gather(v)

		if j+8 <= n {
			binary.LittleEndian.PutUint64(dst[j:], v)
		} else {
			bad |= storeLast(dst[j:], v)
		}
	}
	if len(s)%4 == 1 { // no number of bytes has such a text
		bad = 1
	}
	if bad != 0 {
		secret.Wipe(dst)
		return 0, ErrInvalid
	}
	return n, nil
}

// loadLast returns the first eight characters of s, or all, filled up with the
// character for 0.
func loadLast(s []byte) uint64 {
	c := uint64('A' * ones)
	for k := 0; k < min(8, len(s)); k++ {
		c ^= uint64('A'^s[k]) << (8 * k)
	}
	return c
}

// storeLast stores up to six bytes, and returns the bits that it could not
// store.
func storeLast(dst []byte, v uint64) uint64 {
	for k := 0; k < min(6, len(dst)); k++ {
		dst[k] = byte(v)
		v >>= 8
	}
	return v
}
