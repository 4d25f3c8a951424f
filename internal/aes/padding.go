package aes

import "crypto/subtle"

// PaddedLen returns the length of n bytes with PKCS#7 padding (RFC 5652,
// section 6.3): the next multiple of the block size, so 1 to 16 more.
func PaddedLen(n int) int {
	return n - n%BlockSize + BlockSize
}

// Pad fills block[n:] with the padding of n bytes, each of which says how many
// there are. The length of block must be PaddedLen(n).
func Pad(block []byte, n int) {
	padding := block[n:]
	for i := range padding {
		padding[i] = byte(len(padding))
	}
}

// Unpad returns the length of b without its padding, or 0 and false if b is
// not whole blocks, is empty, or ends in bytes that are no padding. Given whole
// blocks, it does the same steps whatever they hold.
func Unpad(b []byte) (n int, ok bool) {
	if len(b) == 0 || len(b)%BlockSize != 0 {
		return 0, false
	}
	block := b[len(b)-BlockSize:]
	last := block[BlockSize-1]
	count := int(last)
	good := subtle.ConstantTimeLessOrEq(1, count) & subtle.ConstantTimeLessOrEq(count, BlockSize)
	for i, v := range block {
		isText := subtle.ConstantTimeLessOrEq(count, BlockSize-1-i)
		good &= isText | subtle.ConstantTimeByteEq(v, last)
	}
	return subtle.ConstantTimeSelect(good, len(b)-count, 0), good == 1
}
