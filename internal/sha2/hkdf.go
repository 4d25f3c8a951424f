package sha2

import "github.com/mudpuppy-e2ee/mudpuppy/internal/secret"

// HKDF256 fills out with HKDF-SHA-256 output keying material (RFC 5869). An
// empty or nil salt means the 32 zero bytes of the RFC. It panics if out is
// longer than the 255 blocks that HKDF can give, which no caller with a length
// fixed in its source can reach.
func HKDF256(out, ikm, salt, info []byte) {
	if len(out) > 255*32 {
		panic("sha2: HKDF output too long")
	}
	var h HMAC256
	var block [32]byte

	// HMAC fills its key up with zeros, so that an empty salt needs no care.
	h.setKey(salt)
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
