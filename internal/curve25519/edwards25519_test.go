package curve25519

import "filippo.io/edwards25519"

// The helpers of the tests that work on edwards25519, natively and in wasm alike.

// clampedScalar returns the scalar of 32 bytes, clamped.
func clampedScalar(b *[32]byte) *edwards25519.Scalar {
	s, err := new(edwards25519.Scalar).SetBytesWithClamping(b[:])
	if err != nil {
		panic(err) // not reached: it is about the length
	}
	return s
}

// reducedScalar returns the scalar of a SHA-512 digest.
func reducedScalar(digest *[64]byte) *edwards25519.Scalar {
	s, err := new(edwards25519.Scalar).SetUniformBytes(digest[:])
	if err != nil {
		panic(err) // not reached: it is about the length
	}
	return s
}

// hasSmallOrder asks ofSmallOrder about a point of edwards25519.
func hasSmallOrder(p *edwards25519.Point) bool {
	var q point
	return setDecoded(&q, (*[32]byte)(p.Bytes())) && ofSmallOrder(&q)
}
