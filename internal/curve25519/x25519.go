package curve25519

import (
	"crypto/subtle"
	"errors"

	"github.com/mudpuppy-e2ee/mudpuppy/internal/secret"
)

// ErrLowOrder is returned when an X25519 shared secret is all zero, which
// happens exactly for the points of low order. The point is hostile: no honest
// key pair has one.
var ErrLowOrder = errors.New("curve25519: point of low order")

// X25519 sets out to the product of scalar and point, which may be the same
// arrays as out. As RFC 7748 says, the scalar is clamped, and the top bit of
// the point is ignored, as is whether its value is reduced. On error out is all
// zero.
func X25519(out, scalar, point *[32]byte) error {
	k := *scalar
	clamp(&k)
	multiply(out, &k, point)
	secret.Wipe(k[:])

	var zero [32]byte
	if subtle.ConstantTimeCompare(out[:], zero[:]) == 1 {
		return ErrLowOrder
	}
	return nil
}

// clamp makes k a multiple of the cofactor, of a fixed length in bits.
func clamp(k *[32]byte) {
	k[0] &= 248
	k[31] &= 127
	k[31] |= 64
}
