package curve25519

import "github.com/mudpuppy-e2ee/mudpuppy/internal/sha2"

// Verify reports whether signature is the signature of message by the owner of
// the public key. It is strict: see the package comment.
func Verify(public *[32]byte, message []byte, signature *[64]byte) bool {
	k, ok := NewVerifyKey(public)
	return ok && k.Verify(message, signature)
}

// A VerifyKey is a public key that is decoded and found good, to verify many
// signatures one after the other: it is not for concurrent use.
type VerifyKey struct {
	encoded [32]byte
	point   repeated
}

// NewVerifyKey decodes a public key. It reports false if no signature can hold
// under it.
func NewVerifyKey(public *[32]byte) (*VerifyKey, bool) {
	a, ok := decodeKey(public)
	if !ok {
		return nil, false
	}
	return &VerifyKey{*public, repeated{point: a}}, true
}

// Verify is the function of the same name for this key.
func (key *VerifyKey) Verify(message []byte, signature *[64]byte) bool {
	nonce, s := (*[32]byte)(signature[:32]), (*[32]byte)(signature[32:])
	if !isBelowOrder(s) {
		return false
	}
	digest := sha2.Sum512Parts(nonce[:], key.encoded[:], message)
	var k [32]byte
	reduce(&k, &digest)

	// The encoding of R is the canonical one, and so a signature with any other
	// is refused here.
	var r point
	var encoded [32]byte
	setDifference(&r, &encoded, s, &k, &key.point)
	return encoded == *nonce && !ofSmallOrder(&r)
}

// decodeKey returns the point of a public key, if that is a canonical encoding
// of a point not of small order.
func decodeKey(public *[32]byte) (a point, ok bool) {
	ok = setDecoded(&a, public) && isReduced(public) && !ofSmallOrder(&a)
	return a, ok
}

// isReduced reports whether the y-coordinate of an encoded point is below
// 2^255 - 19. The other encodings that are not canonical, those of x = 0 with
// the sign bit set, belong to points of small order.
func isReduced(encoded *[32]byte) bool {
	if encoded[31]&127 != 127 {
		return true
	}
	for _, b := range encoded[1:31] {
		if b != 255 {
			return true
		}
	}
	return encoded[0] < 256-19
}

// order is the order of the base point, little-endian.
var order = [32]byte{
	0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14,
	31: 0x10,
}

// isBelowOrder reports whether a public scalar is below the order.
func isBelowOrder(s *[32]byte) bool {
	for i := 31; i >= 0; i-- {
		if s[i] != order[i] {
			return s[i] < order[i]
		}
	}
	return false
}
