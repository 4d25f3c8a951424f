package curve25519

import (
	"crypto/subtle"

	"filippo.io/edwards25519"

	"github.com/mudpuppy-e2ee/mudpuppy/internal/sha2"
)

// Verify reports whether signature is the signature of message by the owner of
// the public key. It is strict: see the package comment.
func Verify(public *[32]byte, message []byte, signature *[64]byte) bool {
	a, ok := decodeKey(public)
	if !ok {
		return false
	}
	s, err := new(edwards25519.Scalar).SetCanonicalBytes(signature[32:])
	if err != nil {
		return false
	}
	challenge := sha2.Sum512Parts(signature[:32], public[:], message)
	k := reducedScalar(&challenge)

	// R = [S]B - [k]A. Bytes gives the canonical encoding, and so a signature
	// with any other encoding of R is refused here.
	r := new(edwards25519.Point).VarTimeDoubleScalarBaseMult(k, new(edwards25519.Point).Negate(a), s)
	return subtle.ConstantTimeCompare(r.Bytes(), signature[:32]) == 1 && !hasSmallOrder(r)
}

// decodeKey returns the point of a public key, if that is a canonical encoding
// of a point not of small order.
func decodeKey(public *[32]byte) (*edwards25519.Point, bool) {
	a, err := new(edwards25519.Point).SetBytes(public[:])
	if err != nil || !isReduced(public) || hasSmallOrder(a) {
		return nil, false
	}
	return a, true
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

// hasSmallOrder reports whether the order of p divides the cofactor 8.
func hasSmallOrder(p *edwards25519.Point) bool {
	eightfold := new(edwards25519.Point).MultByCofactor(p)
	return eightfold.Equal(edwards25519.NewIdentityPoint()) == 1
}
