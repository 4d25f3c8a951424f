package base64

// Eight characters are worked on at once, as the eight bytes of one word. The
// first is in the lowest byte, where a load puts it.

// ones has a 1 in each byte. Times a number below 256, it repeats that number.
const ones = 0x0101010101010101

// atLeast returns 1 in each byte of x that is not below min, and 0 in the
// others. Neither x, in any byte, nor min may be above 127.
func atLeast(x, min uint64) uint64 {
	return (x + (128-min)*ones) >> 7 & ones
}

// gather packs eight values of 6 bits, one in each byte of v, into six bytes. The
// first stays the lowest. Of each four values:
//
//	byte 0: all of value 0, 2 bits of value 1
//	byte 1: 4 bits of value 1, 4 bits of value 2
//	byte 2: 2 bits of value 2, all of value 3
func gather(v uint64) uint64 {
	const twice = 1<<32 + 1
	v = v<<2&(0xfc*twice) | v>>12&(0x03*twice) |
		v<<4&(0xf000*twice) | v>>10&(0x0f00*twice) |
		v<<6&(0xc00000*twice) | v>>8&(0x3f0000*twice)
	return v&0xffffff | v>>8&0xffffff000000
}

// spread packs 48 bits, of which the first are the most significant, into eight
// values of 6 bits. The first comes into the lowest byte.
func spread(v uint64) uint64 {
	v = v>>24 | v&0xffffff<<32
	v = v>>12&0x00000fff00000fff | v&0x00000fff00000fff<<16
	return v>>6&0x003f003f003f003f | v&0x003f003f003f003f<<8
}
