package arith

import (
	"crypto/ecdh"
	"testing"

	"github.com/mudpuppy-e2ee/mudpuppy/internal/testrand"
)

var ladderForms = map[string]func(l *ladder, k *[32]byte){
	"plain Go": climbGo,
	"kernel":   climb,
}

// TestLadderAtBounds starts with limbs as large as they may be, which are no
// points. Both forms must give what the formulas give, computed apart.
func TestLadderAtBounds(t *testing.T) {
	r := testrand.New(t)
	for n := range testrand.Count(t, 10) {
		start := ladder{
			u: atBound(&maxCarried), x2: atBound(&maxCarried), z2: atBound(&maxCarried),
			x3: atBound(&maxCarried), z3: atBound(&maxCarried),
		}
		if n > 0 {
			for _, e := range []*element{&start.u, &start.x2, &start.z2, &start.x3, &start.z3} {
				*e = below(r, &maxCarried)
			}
		}
		k := [32]byte(testrand.Bytes(r, 32))
		want := climbNumbers(&start, &k)
		for name, form := range ladderForms {
			l := start
			form(&l, &k)
			got := numbers{l.x2.big(), l.z2.big(), l.x3.big(), l.z3.big()}
			if !got.equal(want) {
				t.Errorf("%s: from %x by %x: got %v, want %v", name, start, k, got, want)
			}
			for _, e := range []*element{&l.x2, &l.z2, &l.x3, &l.z3} {
				if !e.within(&maxCarried) {
					t.Errorf("%s: from %x by %x: %x is not carried", name, start, k, *e)
				}
			}
			if l.u != start.u {
				t.Errorf("%s: u was changed", name)
			}
		}
	}
}

// climbNumbers is the ladder as RFC 7748 has it, over numbers.
func climbNumbers(l *ladder, k *[32]byte) numbers {
	u := l.u.big()
	p, q := numbers{l.x2.big(), l.z2.big()}, numbers{l.x3.big(), l.z3.big()}
	for i := 254; i >= 0; i-- {
		bit := k[i/8] >> (i % 8) & 1
		if bit == 1 {
			p, q = q, p
		}
		a, b, c, d := plus(p[0], p[1]), minus(p[0], p[1]), plus(q[0], q[1]), minus(q[0], q[1])
		aa, bb, da, cb := product(a, a), product(b, b), product(d, a), product(c, b)
		e := minus(aa, bb)
		p = numbers{product(aa, bb), product(e, plus(aa, product(number(121665), e)))}
		q = numbers{product(plus(da, cb), plus(da, cb)), product(u, product(minus(da, cb), minus(da, cb)))}
		if bit == 1 {
			p, q = q, p
		}
	}
	return append(p, q...)
}

func TestMultiplyAgainstStd(t *testing.T) {
	r := testrand.New(t)
	points := edgeNumbers()
	for range testrand.Count(t, 50) {
		points = append(points, [32]byte(testrand.Bytes(r, 32)))
	}
	for _, point := range points {
		scalar := [32]byte(testrand.Bytes(r, 32))
		private, err := ecdh.X25519().NewPrivateKey(scalar[:])
		if err != nil {
			t.Fatal(err)
		}
		public, err := ecdh.X25519().NewPublicKey(point[:])
		if err != nil {
			t.Fatal(err)
		}
		var want, got [32]byte
		shared, _ := private.ECDH(public) // an error leaves zero
		copy(want[:], shared)
		clamp(&scalar)
		if Multiply(&got, &scalar, &point); got != want {
			t.Errorf("%x times %x: got %x, want %x", scalar, point, got, want)
		}
		if MultiplyBase(&got, &scalar); got != [32]byte(private.PublicKey().Bytes()) {
			t.Errorf("%x times the base point: got %x", scalar, got)
		}
	}
}

// TestMultiplyTakesAnyScalar compares with the fixed base for scalars that are
// not clamped.
func TestMultiplyTakesAnyScalar(t *testing.T) {
	r := testrand.New(t)
	scalars := edgeNumbers()
	for range testrand.Count(t, 50) {
		scalars = append(scalars, [32]byte(testrand.Bytes(r, 32)))
	}
	for _, scalar := range scalars {
		scalar[31] &= 127
		var ladder, base [32]byte
		Multiply(&ladder, &scalar, &[32]byte{9})
		MultiplyBase(&base, &scalar)
		if ladder != base {
			t.Errorf("%x times the base point: ladder %x, table %x", scalar, ladder, base)
		}
	}
}

func clamp(k *[32]byte) {
	k[0] &= 248
	k[31] = k[31]&127 | 64
}
