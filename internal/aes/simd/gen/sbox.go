package main

// sbox computes the S-box of FIPS 197: the inverse in GF(2^8), 0 for 0, then
// an affine map.
func sbox() (box [256]byte) {
	for i := range box {
		inverted := byte(1)
		for range 254 {
			inverted = multiply(inverted, byte(i))
		}
		box[i] = 0x63
		for n := range 5 {
			box[i] ^= inverted<<n | inverted>>(8-n)
		}
	}
	return box
}

func inverse(box [256]byte) (inverted [256]byte) {
	for i, v := range box {
		inverted[v] = byte(i)
	}
	return inverted
}

// multiply multiplies in GF(2^8).
func multiply(a, b byte) (product byte) {
	for ; b > 0; b >>= 1 {
		if b&1 == 1 {
			product ^= a
		}
		a = a<<1 ^ a>>7*0x1b
	}
	return product
}
