//go:build !js && !purego

package curve25519

import "filippo.io/edwards25519/field"

// multiply sets out to the u-coordinate of scalar times the point with the
// u-coordinate point, and to zero for points of low order.
func multiply(out, scalar, point *[32]byte) {
	l := ladder{k: *scalar}
	if _, err := l.u.SetBytes(point[:]); err != nil {
		panic(err) // not reached: it is about the length
	}
	l.climb()
	copy(out[:], l.x2.Bytes())
	l.wipe()
}

// ladder is the Montgomery ladder of RFC 7748, section 5, under the names used
// there. Its intermediate values are kept together to be wiped together.
type ladder struct {
	k              [32]byte      // the scalar
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
