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
func DecodeInto(dst, s []byte) (int, error) {
	n := DecodedLen(len(s))
	dst = dst[:n]
	var bad uint64 // not zero once anything is wrong; looked at when all is done
	i, j := 0, 0
	for ; j+8 <= n; i, j = i+8, j+6 { // as long as there is room for two bytes more
		v, invalid := values(binary.LittleEndian.Uint64(s[i:]))
		bad |= invalid
		binary.LittleEndian.PutUint64(dst[j:], gather(v))
	}
	for ; i < len(s); i, j = i+8, j+6 { // one or two times
		eight := uint64('A' * ones) // filled up with the character for 0
		for k := 0; k < min(8, len(s)-i); k++ {
			eight ^= uint64('A'^s[i+k]) << (8 * k)
		}
		v, invalid := values(eight)
		bad |= invalid
		v = gather(v)
		for k := 0; k < min(6, n-j); k++ {
			dst[j+k] = byte(v)
			v >>= 8
		}
		bad |= v // bits that belong to no byte
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

// values returns the values of eight characters, one in each byte. If any is
// not in the alphabet, invalid is not zero.
//
// The alphabet lies in four ranges: +, / to 9, A to Z, a to z. Whoever has
// passed an odd number of their beginnings and ends is in one of them. Each
// term of the value moves on from one stretch of the alphabet to the next.
func values(c uint64) (v, invalid uint64) {
	high := c & (128 * ones)
	c ^= high
	plus, slash, zero := atLeast(c, '+'), atLeast(c, '/'), atLeast(c, '0')
	upper, lower := atLeast(c, 'A'), atLeast(c, 'a')
	valid := plus ^ atLeast(c, '+'+1) ^ slash ^ atLeast(c, '9'+1) ^
		upper ^ atLeast(c, 'Z'+1) ^ lower ^ atLeast(c, 'z'+1)

	v = c + plus*(62-'+')
	v -= slash * (('/' - 63) - ('+' - 62))
	v -= zero * (('0' - 52) - ('/' - 63))
	v -= upper * ('A' - ('0' - 52))
	v -= lower * (('a' - 26) - 'A')
	return v, high | valid ^ ones
}
