package arith

// SetZero sets p to the neutral element.
func (p *Point) SetZero() { *p = Point{y: one, z: one, h: one} }

func (p *Point) setBase() { p.setAffine(&baseX, &baseY) }

func (p *Point) setAffine(x, y *element) { *p = Point{x: *x, y: *y, z: one, e: *x, h: *y} }

// SetEncoded sets p to the point of an encoding (RFC 8032, section 5.1.3), and
// reports whether it is that of a point. It does not ask whether the encoding
// is canonical: whether y is reduced, and whether x = 0 has no sign. It is for
// public points.
func (p *Point) SetEncoded(encoded *[32]byte) bool {
	// x² = u/v with u = y² - 1 and v = d y² + 1. If there is a root, it is
	// u v³ (u v⁷)^((p-5)/8), or that times the root of -1.
	var y, u, v, v3, x, t element
	y.decode(encoded)
	square(&u, &y)
	multiply(&v, &u, &curveD)
	u.subtract(&u, &one)
	v.add(&v, &one)
	square(&v3, &v)
	multiply(&v3, &v3, &v)
	square(&x, &v3)
	multiply(&x, &x, &v)
	multiply(&x, &x, &u)
	x.root(&x)
	multiply(&x, &x, &v3)
	multiply(&x, &x, &u)

	square(&t, &x)
	multiply(&t, &t, &v)
	multiply(&u, &u, &one) // to carry
	v3.subtract(&t, &u)
	if !v3.isZero() {
		t.add(&t, &u)
		if !t.isZero() {
			return false
		}
		multiply(&x, &x, &rootOfMinusOne)
	}
	if x.isOdd() != (encoded[31]>>7 == 1) {
		x.negate(&x)
		multiply(&x, &x, &one)
	}
	p.setAffine(&x, &y)
	return true
}

// isOdd reports whether the reduced element is odd. It is for public elements.
func (a *element) isOdd() bool {
	var b [32]byte
	a.encode(&b)
	return b[0]&1 == 1
}

// Encode sets out to the encoding of p (RFC 8032, section 5.1.2).
func (p *Point) Encode(out *[32]byte) {
	var x [32]byte
	p.s.invert(&p.z)
	multiply(&p.t, &p.x, &p.s)
	p.t.encode(&x)
	multiply(&p.t, &p.y, &p.s)
	p.t.encode(out)
	out[31] |= x[0] << 7
}

// HasSmallOrder reports whether the order of p divides the cofactor 8. It is
// for public points.
//
// Twice a point has y² + x² for a factor of its y-coordinate, and points of
// order 4 are those with y = 0. So order 8 means y² + x² = 0, while order 1 or
// 2 means x = 0.
func (p *Point) HasSmallOrder() bool {
	var s, t element
	square(&s, &p.x)
	square(&t, &p.y)
	s.add(&s, &t)
	multiply(&s, &s, &p.x)
	multiply(&s, &s, &p.y)
	return s.isZero()
}

// Wipe overwrites p.
//
//go:noinline
func (p *Point) Wipe() { *p = Point{} }
