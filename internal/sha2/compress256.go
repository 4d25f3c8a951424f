package sha2

import (
	"encoding/binary"
	"math/bits"
)

// k256 are the round constants of FIPS 180-4, section 4.2.2, in rows of sixteen
// rounds.
var k256 = [4][16]uint32{
	{
		0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
		0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
	},
	{
		0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
		0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
	},
	{
		0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
		0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
	},
	{
		0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
		0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
	},
}

// compress256Go is the compression function of SHA-256 in plain Go. It runs
// over the blocks of p, whose length is a multiple of 64.
//
// Sixteen rounds are written out: their registers then need no moving about,
// and in WebAssembly, where each jump back is dear, this is half as fast again
// as one round a turn, while all 64 written out are slower than either.
func compress256Go(state *[8]uint32, p []byte) {
	var w [16]uint32
	for ; len(p) >= 64; p = p[64:] {
		for i := range w {
			w[i] = binary.BigEndian.Uint32(p[4*i:])
		}
		a, b, c, d, e, f, g, h := state[0], state[1], state[2], state[3], state[4], state[5], state[6], state[7]
		for row := range k256 {
			if row > 0 {
				schedule256(&w)
			}
			k := &k256[row]
			d, h = round256(a, b, c, d, e, f, g, h, k[0]+w[0])
			c, g = round256(h, a, b, c, d, e, f, g, k[1]+w[1])
			b, f = round256(g, h, a, b, c, d, e, f, k[2]+w[2])
			a, e = round256(f, g, h, a, b, c, d, e, k[3]+w[3])
			h, d = round256(e, f, g, h, a, b, c, d, k[4]+w[4])
			g, c = round256(d, e, f, g, h, a, b, c, k[5]+w[5])
			f, b = round256(c, d, e, f, g, h, a, b, k[6]+w[6])
			e, a = round256(b, c, d, e, f, g, h, a, k[7]+w[7])
			d, h = round256(a, b, c, d, e, f, g, h, k[8]+w[8])
			c, g = round256(h, a, b, c, d, e, f, g, k[9]+w[9])
			b, f = round256(g, h, a, b, c, d, e, f, k[10]+w[10])
			a, e = round256(f, g, h, a, b, c, d, e, k[11]+w[11])
			h, d = round256(e, f, g, h, a, b, c, d, k[12]+w[12])
			g, c = round256(d, e, f, g, h, a, b, c, k[13]+w[13])
			f, b = round256(c, d, e, f, g, h, a, b, k[14]+w[14])
			e, a = round256(b, c, d, e, f, g, h, a, k[15]+w[15])
		}
		state[0] += a
		state[1] += b
		state[2] += c
		state[3] += d
		state[4] += e
		state[5] += f
		state[6] += g
		state[7] += h
	}
	clear(w[:])
}

// round256 is one round: it returns the new values of d and h, which the
// caller's next round knows as e and a.
func round256(a, b, c, d, e, f, g, h, kw uint32) (uint32, uint32) {
	h += kw + (e&(f^g) ^ g) + (bits.RotateLeft32(e, -6) ^ bits.RotateLeft32(e, -11) ^ bits.RotateLeft32(e, -25))
	return d + h, h + (a&b | c&(a|b)) + (bits.RotateLeft32(a, -2) ^ bits.RotateLeft32(a, -13) ^ bits.RotateLeft32(a, -22))
}

// schedule256 replaces sixteen words of the message schedule by the next
// sixteen.
func schedule256(w *[16]uint32) {
	w[0] = expand256(w[0], w[1], w[9], w[14])
	w[1] = expand256(w[1], w[2], w[10], w[15])
	w[2] = expand256(w[2], w[3], w[11], w[0])
	w[3] = expand256(w[3], w[4], w[12], w[1])
	w[4] = expand256(w[4], w[5], w[13], w[2])
	w[5] = expand256(w[5], w[6], w[14], w[3])
	w[6] = expand256(w[6], w[7], w[15], w[4])
	w[7] = expand256(w[7], w[8], w[0], w[5])
	w[8] = expand256(w[8], w[9], w[1], w[6])
	w[9] = expand256(w[9], w[10], w[2], w[7])
	w[10] = expand256(w[10], w[11], w[3], w[8])
	w[11] = expand256(w[11], w[12], w[4], w[9])
	w[12] = expand256(w[12], w[13], w[5], w[10])
	w[13] = expand256(w[13], w[14], w[6], w[11])
	w[14] = expand256(w[14], w[15], w[7], w[12])
	w[15] = expand256(w[15], w[0], w[8], w[13])
}

func expand256(w0, w1, w9, w14 uint32) uint32 {
	return w0 + w9 + (bits.RotateLeft32(w1, -7) ^ bits.RotateLeft32(w1, -18) ^ w1>>3) + (bits.RotateLeft32(w14, -17) ^ bits.RotateLeft32(w14, -19) ^ w14>>10)
}
