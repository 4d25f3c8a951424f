package base64

import "github.com/mudpuppy-e2ee/mudpuppy/internal/secret"

// DecodedLen returns the number of bytes that n characters encode.
func DecodedLen(n int) int { return n/4*3 + n%4*6/8 }

// Decode returns the bytes that s encodes, or nil and [ErrInvalid].
func Decode(s string) ([]byte, error) {
	dst := make([]byte, DecodedLen(len(s)))
	if _, err := decode(dst, s); err != nil {
		return nil, err
	}
	return dst, nil
}

// DecodeInto writes the bytes that s encodes to dst, which must have room for
// DecodedLen(len(s)) of them and may begin where s begins. It returns their
// number. On error that room is all zero.
func DecodeInto(dst, s []byte) (int, error) {
	return decode(dst, s)
}

func decode[T string | []byte](dst []byte, s T) (int, error) {
	n := DecodedLen(len(s))
	dst = dst[:n]
	var bad int32 // negative once anything is wrong; looked at when all is done
	i, j := 0, 0
	for ; i+4 <= len(s); i, j = i+4, j+3 {
		v := value(s[i])<<18 | value(s[i+1])<<12 | value(s[i+2])<<6 | value(s[i+3])
		bad |= v
		dst[j], dst[j+1], dst[j+2] = byte(v>>16), byte(v>>8), byte(v)
	}
	switch len(s) - i {
	case 1:
		bad = -1
	case 2:
		v := value(s[i])<<6 | value(s[i+1])
		bad |= v | -(v & 15)
		dst[j] = byte(v >> 4)
	case 3:
		v := value(s[i])<<12 | value(s[i+1])<<6 | value(s[i+2])
		bad |= v | -(v & 3)
		dst[j], dst[j+1] = byte(v>>10), byte(v>>2)
	}
	if bad < 0 {
		secret.Wipe(dst)
		return 0, ErrInvalid
	}
	return n, nil
}

// value returns the value of a character, 0 to 63, or -1 if it is not in the
// alphabet.
func value(character byte) int32 {
	c := int32(character)
	v := within(c, 'A', 'Z') & (c - 'A' + 1)
	v |= within(c, 'a', 'z') & (c - 'a' + 27)
	v |= within(c, '0', '9') & (c - '0' + 53)
	v |= within(c, '+', '+') & 63
	v |= within(c, '/', '/') & 64
	return v - 1
}

// within returns a mask of ones if first <= c <= last, and else 0.
func within(c, first, last int32) int32 {
	return ^((c - first) | (last - c)) >> 31
}
