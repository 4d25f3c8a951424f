package arith

// ladder is the Montgomery ladder of RFC 7748, section 5, under the names used
// there. Its intermediate values are kept together to be wiped together. The
// assembly knows the order of the fields.
type ladder struct {
	u              element // the u-coordinate of the point
	x2, z2, x3, z3 element
	a, aa, b, bb   element
	e, c, d, t     element
}

// Multiply sets out to the u-coordinate of scalar times the point with the
// u-coordinate point: X25519 without the clamping of the scalar, which is below
// 2^255. It is zero for points of low order. The arguments may be the same.
func Multiply(out, scalar, point *[32]byte) {
	var l ladder
	l.u.decode(point)
	l.x2, l.x3, l.z3 = one, l.u, one
	climb(&l, scalar)
	l.z2.invert(&l.z2) // zero stays zero
	multiply(&l.x2, &l.x2, &l.z2)
	l.x2.encode(out)
	l.wipe()
}

// climbGo runs the 255 turns of the ladder.
func climbGo(l *ladder, k *[32]byte) {
	before := uint64(0)
	for turn := 254; turn >= 0; turn-- {
		bit := uint64(k[turn/8]>>(turn%8)) & 1
		mask := -(bit ^ before)
		before = bit
		swap(&l.x2, &l.x3, mask)
		swap(&l.z2, &l.z3, mask)
		l.step()
	}
	swap(&l.x2, &l.x3, -before)
	swap(&l.z2, &l.z3, -before)
}

// step doubles (x2 : z2), and adds it to (x3 : z3), whose difference is u.
func (l *ladder) step() {
	l.a.add(&l.x2, &l.z2)
	l.b.subtract(&l.x2, &l.z2)
	l.c.add(&l.x3, &l.z3)
	l.d.subtract(&l.x3, &l.z3)
	multiplyGo(&l.d, &l.d, &l.a)
	multiplyGo(&l.c, &l.c, &l.b)

	l.x3.add(&l.d, &l.c)
	squareGo(&l.x3, &l.x3)
	l.z3.subtract(&l.d, &l.c)
	squareGo(&l.z3, &l.z3)
	multiplyGo(&l.z3, &l.z3, &l.u)

	squareGo(&l.aa, &l.a)
	squareGo(&l.bb, &l.b)
	multiplyGo(&l.x2, &l.aa, &l.bb)
	l.e.subtract(&l.aa, &l.bb)
	scaleGo(&l.t, &l.e) // bb + 121666 e = aa + 121665 e
	l.t.add(&l.t, &l.bb)
	multiplyGo(&l.z2, &l.t, &l.e)
}

//go:noinline
func (l *ladder) wipe() { *l = ladder{} }
