package arith

import (
	"math/big"
	"math/rand/v2"
	"testing"

	"github.com/mudpuppy-e2ee/mudpuppy/internal/testrand"
)

// numbers are coordinates as numbers modulo p.
type numbers []*big.Int

func (n numbers) equal(m numbers) bool {
	for i := range n {
		if n[i].Cmp(m[i]) != 0 {
			return false
		}
	}
	return len(n) == len(m)
}

func number(n int64) *big.Int { return big.NewInt(n) }

func plus(a, b *big.Int) *big.Int {
	s := new(big.Int).Add(a, b)
	return s.Mod(s, prime)
}

func minus(a, b *big.Int) *big.Int {
	d := new(big.Int).Sub(a, b)
	return d.Mod(d, prime)
}

// coordinates returns x, y, z and the fourth, e h.
func (p *Point) coordinates() numbers {
	return numbers{p.x.big(), p.y.big(), p.z.big(), product(p.e.big(), p.h.big())}
}

// completed returns the coordinates made of the four factors.
func completed(e, f, g, h *big.Int) numbers {
	return numbers{product(e, f), product(g, h), product(f, g), product(e, h)}
}

// doubled is the doubling of dbl-2008-hwcd for a = -1, with the signs of f and h
// turned.
func doubled(p numbers) numbers {
	a, b, c := product(p[0], p[0]), product(p[1], p[1]), product(number(2), product(p[2], p[2]))
	s := plus(p[0], p[1])
	h, g := plus(a, b), minus(b, a)
	return completed(minus(product(s, s), h), minus(c, g), g, h)
}

// added is the addition of add-2008-hwcd-3 for an entry y + x, y - x, 2 d x y/z
// and z.
func added(p, q numbers, negative bool) numbers {
	q = append(numbers{}, q...)
	if negative {
		q[0], q[1], q[2] = q[1], q[0], minus(number(0), q[2])
	}
	a, b := product(minus(p[1], p[0]), q[1]), product(plus(p[1], p[0]), q[0])
	c, d := product(p[3], q[2]), product(number(2), product(p[2], q[3]))
	return completed(minus(b, a), minus(d, c), plus(d, c), plus(b, a))
}

// pointBelow returns limbs that a Point may hold, though of no point, the
// largest for n = 0.
func pointBelow(r *rand.Rand, n int) (p Point) {
	for _, c := range []struct {
		e     *element
		bound *[10]uint64
	}{
		{&p.x, &maxCarried}, {&p.y, &maxCarried}, {&p.z, &maxCarried}, {&p.e, &maxE}, {&p.h, &maxH},
		// The rest is overwritten, whatever it is.
		{&p.f, &maxLeft}, {&p.g, &maxLeft}, {&p.s, &maxLeft}, {&p.t, &maxLeft}, {&p.chosen.plus, &maxLeft},
	} {
		*c.e = atBound(c.bound)
		if n > 0 {
			*c.e = below(r, c.bound)
		}
	}
	return p
}

func cachedBelow(r *rand.Rand, n int) cached {
	q := cached{atBound(&maxSum), atBound(&maxDifference), atBound(&maxCarried), atBound(&maxCarried)}
	if n > 0 {
		q = cached{below(r, &maxSum), below(r, &maxDifference), below(r, &maxCarried), below(r, &maxCarried)}
	}
	return q
}

func (q *cached) affine() affine { return affine{q.plus, q.minus, q.product} }

// TestFormulasAtBounds compares both forms of the kernels of points with the
// formulas over numbers, with limbs as large as they may be.
func TestFormulasAtBounds(t *testing.T) {
	r := testrand.New(t)
	for n := range testrand.Count(t, 100) {
		start, q := pointBelow(r, n), cachedBelow(r, n)
		c := q.affine()
		row := [8]affine{}
		for i := range row {
			other := cachedBelow(r, n)
			row[i] = other.affine()
		}
		coordinates := start.coordinates()
		projective := numbers{q.plus.big(), q.minus.big(), q.product.big(), q.z.big()}
		entry := numbers{projective[0], projective[1], projective[2], number(1)}

		check := func(name string, f func(*Point), want numbers) {
			t.Helper()
			p := start
			f(&p)
			if got := p.coordinates(); !got.equal(want) {
				t.Errorf("%s of %x and %x: got %v, want %v", name, start, q, got, want)
			}
			if !p.x.within(&maxCarried) || !p.y.within(&maxCarried) || !p.z.within(&maxCarried) || !p.e.within(&maxE) || !p.h.within(&maxH) {
				t.Errorf("%s of %x and %x: %x is out of bounds", name, start, q, p)
			}
		}
		want := coordinates
		for times := 1; times < 5; times++ {
			want = doubled(want)
			check("doubleGo", func(p *Point) { doubleGo(p, times) }, want)
			check("double", func(p *Point) { double(p, times) }, want)
		}
		check("addGo", func(p *Point) { addGo(p, &q) }, added(coordinates, projective, false))
		check("add", func(p *Point) { add(p, &q) }, added(coordinates, projective, false))
		check("subtractGo", func(p *Point) { subtractGo(p, &q) }, added(coordinates, projective, true))
		check("subtract", func(p *Point) { subtract(p, &q) }, added(coordinates, projective, true))
		check("addAffineGo", func(p *Point) { addAffineGo(p, &c) }, added(coordinates, entry, false))
		check("addAffine", func(p *Point) { addAffine(p, &c) }, added(coordinates, entry, false))
		check("subtractAffineGo", func(p *Point) { subtractAffineGo(p, &c) }, added(coordinates, entry, true))
		check("subtractAffine", func(p *Point) { subtractAffine(p, &c) }, added(coordinates, entry, true))

		for digit := int64(-8); digit <= 8; digit++ {
			entry := numbers{number(1), number(1), number(0), number(1)}
			if digit != 0 {
				e := &row[max(digit, -digit)-1]
				entry = numbers{e.plus.big(), e.minus.big(), e.product.big(), number(1)}
			}
			want := added(coordinates, entry, digit < 0)
			check("addChosenGo", func(p *Point) { addChosenGo(p, &row, digit) }, want)
			check("addChosen", func(p *Point) { addChosen(p, &row, digit) }, want)
		}
	}
}

// TestDoubleTakesFourP doubles a point found by search, for which x² + y²
// exceeds (x + y)² by so much in limb 0 that 2 p would not make up for it.
func TestDoubleTakesFourP(t *testing.T) {
	start := Point{
		x: element{0x14ff49e0106a7a8, 0xdbadfd03f96071, 0x1233eee0149e722, 0x170cda02b64c87, 0x41e791030e99cf},
		y: element{0x5a6f4500edeb4c, 0x184ab3500496e7c, 0x1cb6ee10263f40a, 0x10b70b01e785fe, 0x14b7776016e8fee},
		z: one,
	}
	want := doubled(start.coordinates())
	for name, f := range map[string]func(*Point, int){"plain Go": doubleGo, "kernel": double} {
		p := start
		if f(&p, 1); !p.coordinates().equal(want) {
			t.Errorf("%s: got %v, want %v", name, p.coordinates(), want)
		}
	}
}

func TestKernelsLeaveTheirArguments(t *testing.T) {
	r := testrand.New(t)
	p, q := pointBelow(r, 1), cachedBelow(r, 1)
	c, row := q.affine(), [8]affine{}
	for i := range row {
		row[i] = c
	}
	qBefore, cBefore, rowBefore := q, c, row
	add(&p, &q)
	subtract(&p, &q)
	addAffine(&p, &c)
	subtractAffine(&p, &c)
	addChosen(&p, &row, 3)
	addChosen(&p, &row, -3)
	if q != qBefore || c != cBefore || row != rowBefore {
		t.Error("an entry was changed")
	}
}
