package curve25519

import (
	"crypto/subtle"
	"errors"

	"filippo.io/edwards25519/field"
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
	l := ladder{k: *scalar}
	clamp(&l.k)
	if _, err := l.u.SetBytes(point[:]); err != nil {
		return err // not reached: it is about the length
	}
	l.climb()
	copy(out[:], l.x2.Bytes())
	l.wipe()

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

// ladder is the Montgomery ladder of RFC 7748, section 5, under the names used
// there. Its intermediate values are kept together to be wiped together.
type ladder struct {
	k              [32]byte      // the clamped scalar
	u              field.Element // the u-coordinate of the point
	x2, z2, x3, z3 field.Element
	a, aa, b, bb   field.Element
	e, da, cb      field.Element
}

// climb sets x2 to the u-coordinate of k times the point u.
func (l *ladder) climb() {
	l.x2.One()
	l.z2.Zero()
	l.x3.Set(&l.u)
	l.z3.One()
	swap := 0
	for t := 254; t >= 0; t-- {
		bit := int(l.k[t/8]>>(t%8)) & 1
		swap ^= bit
		l.x2.Swap(&l.x3, swap)
		l.z2.Swap(&l.z3, swap)
		swap = bit
		l.step()
	}
	l.x2.Swap(&l.x3, swap)
	l.z2.Swap(&l.z3, swap)

	l.z2.Invert(&l.z2) // zero stays zero
	l.x2.Multiply(&l.x2, &l.z2)
}

// step doubles (x2 : z2), and adds it to (x3 : z3), whose difference is u.
func (l *ladder) step() {
	l.a.Add(&l.x2, &l.z2)
	l.b.Subtract(&l.x2, &l.z2)
	l.da.Subtract(&l.x3, &l.z3)
	l.da.Multiply(&l.da, &l.a)
	l.cb.Add(&l.x3, &l.z3)
	l.cb.Multiply(&l.cb, &l.b)

	l.x3.Add(&l.da, &l.cb)
	l.x3.Square(&l.x3)
	l.z3.Subtract(&l.da, &l.cb)
	l.z3.Square(&l.z3)
	l.z3.Multiply(&l.z3, &l.u)

	l.aa.Square(&l.a)
	l.bb.Square(&l.b)
	l.e.Subtract(&l.aa, &l.bb)
	l.x2.Multiply(&l.aa, &l.bb)
	l.z2.Mult32(&l.e, 121665)
	l.z2.Add(&l.z2, &l.aa)
	l.z2.Multiply(&l.z2, &l.e)
}

//go:noinline
func (l *ladder) wipe() { *l = ladder{} }
