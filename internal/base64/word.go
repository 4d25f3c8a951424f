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

// gather packs eight values of 6 bits, one in each byte of v, into 48 bits. The
// first, in the lowest byte, becomes the most significant.
func gather(v uint64) uint64 {
	v = v&0x003f003f003f003f<<6 | v>>8&0x003f003f003f003f // 12 bits in each 16
	v = v&0x00000fff00000fff<<12 | v>>16&0x00000fff00000fff
	return v&0xffffff<<24 | v>>32
}

// spread is the inverse of gather.
func spread(v uint64) uint64 {
	v = v>>24 | v&0xffffff<<32
	v = v>>12&0x00000fff00000fff | v&0x00000fff00000fff<<16
	return v>>6&0x003f003f003f003f | v&0x003f003f003f003f<<8
}
