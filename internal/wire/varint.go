package wire

// appendVarint appends v in base 128, least significant group first.
//
//go:noinline
func appendVarint(dst []byte, v uint64) []byte {
	for v >= 0x80 {
		dst = append(dst, byte(v)|0x80)
		v >>= 7
	}
	return append(dst, byte(v))
}

// varintLen is the number of bytes that appendVarint appends.
//
//go:noinline
func varintLen(v uint64) int {
	n := 1
	for v >= 0x80 {
		v >>= 7
		n++
	}
	return n
}

// readVarint reads the shortest form of a 64-bit number. Longer forms of the
// same number are refused.
func readVarint(b []byte) (v uint64, rest []byte, err error) {
	for i := 0; i < len(b) && i < 10; i++ {
		group := b[i]
		if i == 9 && group > 1 {
			return 0, nil, ErrFormat // more than 64 bits
		}
		v |= uint64(group&0x7f) << (7 * i)
		if group < 0x80 {
			if group == 0 && i > 0 {
				return 0, nil, ErrFormat
			}
			return v, b[i+1:], nil
		}
	}
	return 0, nil, ErrFormat
}
