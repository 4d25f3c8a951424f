package arith

// Point is a point on the twisted Edwards curve of Ed25519 on which sums
// are made, and the room that this takes, to be wiped together. The point is
// (x/z, y/z). Its fourth coordinate x y/z is kept as the factors e and h, as
// only additions need it. The assembly knows the order of the fields.
//
// x, y and z are carried, e is up to carried + 4 p, h up to twice carried.
type Point struct {
	x, y, z    element
	e, h, f, g element
	s, t       element
	chosen     affine
}

// affine is a table entry: a point with z = 1 as y + x, y - x and 2 d x y.
type affine struct{ plus, minus, product element }

// cached is a point for additions: y + x, y - x, 2 d x y/z and z.
type cached struct{ plus, minus, product, z element }

// set makes p ready to be added.
func (q *cached) set(p *Point) {
	q.plus.add(&p.y, &p.x)
	q.minus.subtract(&p.y, &p.x)
	multiply(&q.product, &p.e, &p.h)
	multiply(&q.product, &q.product, &twiceD)
	q.z = p.z
}

// doubleGo doubles p n times, at least once. n is public. The formulas are
// those of Hisil, Wong, Carter and Dawson ("Twisted Edwards Curves Revisited",
// 2008), with all signs of f and h turned, which is the same point.
func doubleGo(p *Point, n int) {
	for range n {
		squareGo(&p.s, &p.x)
		squareGo(&p.t, &p.y)
		p.h.add(&p.t, &p.s)
		p.g.subtract(&p.t, &p.s)
		p.e.add(&p.x, &p.y)
		squareGo(&p.e, &p.e)
		p.e.subtractWide(&p.e, &p.h)
		squareGo(&p.f, &p.z)
		p.f.add(&p.f, &p.f)
		p.f.subtractWide(&p.f, &p.g)
		p.complete()
	}
}

// complete makes the coordinates out of e, f, g and h.
func (p *Point) complete() {
	multiplyGo(&p.x, &p.f, &p.e)
	multiplyGo(&p.y, &p.g, &p.h)
	multiplyGo(&p.z, &p.f, &p.g)
}

// addGo adds q, and subtractGo takes it away: the negative of q has y + x and
// y - x exchanged, and so f and g.
func addGo(p *Point, q *cached) {
	p.addUp(&q.plus, &q.minus, &q.product, &q.z, &p.f, &p.g)
}

func subtractGo(p *Point, q *cached) {
	p.addUp(&q.minus, &q.plus, &q.product, &q.z, &p.g, &p.f)
}

func addAffineGo(p *Point, q *affine) {
	p.addUp(&q.plus, &q.minus, &q.product, nil, &p.f, &p.g)
}

func subtractAffineGo(p *Point, q *affine) {
	p.addUp(&q.minus, &q.plus, &q.product, nil, &p.g, &p.f)
}

// addUp adds the point of a table entry, by the formulas of the same authors. z
// is nil for 1.
func (p *Point) addUp(plus, minus, product, z, f, g *element) {
	multiplyGo(&p.s, &p.e, &p.h)
	multiplyGo(&p.s, &p.s, product)
	p.t.subtract(&p.y, &p.x)
	multiplyGo(&p.t, &p.t, minus)
	p.h.add(&p.y, &p.x)
	multiplyGo(&p.h, &p.h, plus)
	p.e.subtract(&p.h, &p.t)
	p.h.add(&p.h, &p.t)
	if z == nil {
		p.t.add(&p.z, &p.z)
	} else {
		multiplyGo(&p.t, &p.z, z)
		p.t.add(&p.t, &p.t)
	}
	f.subtract(&p.t, &p.s)
	g.add(&p.t, &p.s)
	p.complete()
}

// addChosenGo adds digit times the point of which row holds the multiples by 1
// to 8. The digit is secret, from -8 to 8: every entry is read in full.
func addChosenGo(p *Point, row *[8]affine, digit int64) {
	sign := uint64(digit >> 63)
	digit = (digit ^ digit>>63) - digit>>63
	p.chosen = affine{plus: one, minus: one}
	for i := range row {
		p.chosen.assign(&row[i], equal(digit, int64(i)+1))
	}
	swap(&p.chosen.plus, &p.chosen.minus, sign)
	negative := &p.t
	negative.negate(&p.chosen.product)
	swap(&p.chosen.product, negative, sign)
	addAffineGo(p, &p.chosen)
}

// assign sets r to a if mask is all ones, and leaves it if mask is zero.
func (r *affine) assign(a *affine, mask uint64) {
	for i := range r.plus {
		r.plus[i] ^= (r.plus[i] ^ a.plus[i]) & mask
		r.minus[i] ^= (r.minus[i] ^ a.minus[i]) & mask
		r.product[i] ^= (r.product[i] ^ a.product[i]) & mask
	}
}

// equal returns all ones if a = b, and else zero, for a and b from 0 to 2^62.
func equal(a, b int64) uint64 { return uint64(((a ^ b) - 1) >> 63) }
