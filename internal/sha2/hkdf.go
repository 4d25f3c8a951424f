package sha2

import "github.com/mudpuppy-e2ee/mudpuppy/internal/secret"

// unsalted is HMAC under the 32 zero bytes that RFC 5869 takes for an empty
// salt. Nearly every key of Olm and Megolm is derived without a salt, and not
// to compute this each time saves two blocks of fourteen.
var unsalted = HMAC256{
	inner: [8]uint32{
		0xf454dead, 0x9725214f, 0x90daf2a0, 0xdf1228ea,
		0x64e5750f, 0xa3924181, 0x824a932b, 0xf8e04e32,
	},
	outer: [8]uint32{
		0xd385480f, 0x7abb6477, 0x37c9c538, 0x5dd82467,
		0x8e043a72, 0x753434b0, 0xdeb82818, 0x361d45a6,
	},
}

// HKDF256 fills out with HKDF-SHA-256 output keying material (RFC 5869). An
// empty or nil salt means the 32 zero bytes of the RFC. It panics if out is
// longer than the 255 blocks that HKDF can give, which no caller with a length
// fixed in its source can reach.
func HKDF256(out, ikm, salt, info []byte) {
	if len(out) > 255*32 {
		panic("sha2: HKDF output too long")
	}
	h := unsalted
	var block [32]byte
	if len(salt) > 0 {
		h.setKey(salt)
	}
	h.Sum(&block, ikm)
	h.setKey(block[:])

	previous := block[:0]
	for counter := [1]byte{1}; len(out) > 0; counter[0]++ {
		h.Sum(&block, previous, info, counter[:])
		previous = block[:]
		out = out[copy(out, block[:]):]
	}
	secret.Wipe(block[:])
	h.Wipe()
}
