package arith

import (
	"math/big"
	"math/rand/v2"
	"testing"

	"github.com/mudpuppy-e2ee/mudpuppy/internal/testrand"
)

// prime is 2^255 - 19.
var prime = func() *big.Int {
	p := new(big.Int).Lsh(big.NewInt(1), 255)
	return p.Sub(p, big.NewInt(19))
}()

// big returns the value of a, reduced.
func (a *element) big() *big.Int {
	sum := new(big.Int)
	for i, limb := range a.limbs() {
		term := new(big.Int).SetUint64(limb)
		sum.Add(sum, term.Lsh(term, uint(51*i+1)/2))
	}
	return sum.Mod(sum, prime)
}

// fromBig returns the bytes of a number, little-endian.
func fromBig(n *big.Int) (b [32]byte) {
	n.FillBytes(b[:])
	for i := range 16 {
		b[i], b[31-i] = b[31-i], b[i]
	}
	return b
}

func toBig(b []byte) *big.Int {
	reversed := make([]byte, len(b))
	for i, c := range b {
		reversed[len(b)-1-i] = c
	}
	return new(big.Int).SetBytes(reversed)
}

// within reports whether no limb exceeds the bound.
func (a *element) within(bound *[10]uint64) bool {
	for i, limb := range a.limbs() {
		if limb > bound[i] {
			return false
		}
	}
	return true
}

// atBound returns the element with all limbs at the bound.
func atBound(bound *[10]uint64) (e element) {
	e.setLimbs(bound)
	return e
}

// below returns an element with limbs within the bound: each of them zero, at
// the bound, just below it, or anything.
func below(r *rand.Rand, bound *[10]uint64) (e element) {
	h := *bound
	for i := range h {
		switch r.IntN(4) {
		case 0:
			h[i] = 0
		case 1:
			h[i] -= r.Uint64N(3)
		case 2:
			h[i] = r.Uint64N(h[i] + 1)
		}
	}
	e.setLimbs(&h)
	return e
}

// edgeNumbers are numbers of 255 bits at which reduction is decided.
func edgeNumbers() (numbers [][32]byte) {
	for _, near := range []*big.Int{new(big.Int), prime, new(big.Int).Rsh(prime, 1), new(big.Int).Lsh(big.NewInt(1), 254)} {
		for n := int64(-20); n <= 20; n++ {
			e := new(big.Int).Add(near, big.NewInt(n))
			if e.Sign() >= 0 && e.BitLen() <= 255 {
				numbers = append(numbers, fromBig(e))
			}
		}
	}
	return numbers
}

// operands returns elements within the bound, the largest one first.
func operands(r *rand.Rand, bound *[10]uint64, count int) []element {
	all := []element{atBound(bound), {}}
	for _, n := range edgeNumbers() {
		var e element
		e.decode(&n)
		all = append(all, e)
	}
	for range count {
		all = append(all, below(r, bound))
	}
	return all
}

func product(a, b *big.Int) *big.Int {
	p := new(big.Int).Mul(a, b)
	return p.Mod(p, prime)
}

// fieldForms are the two forms of the kernels of the field. Outside of
// WebAssembly both are the plain Go form.
var fieldForms = map[string]struct {
	multiply    func(r, a, b *element)
	square      func(r, a *element)
	squareTimes func(r, a *element, n int)
}{
	"plain Go": {multiplyGo, squareGo, squareTimesGo},
	"kernel":   {multiply, square, squareTimes},
}

func TestMultiplyAtBounds(t *testing.T) {
	r := testrand.New(t)
	lefts, rights := operands(r, &maxLeft, testrand.Count(t, 50)), operands(r, &maxRight, testrand.Count(t, 50))
	for name, form := range fieldForms {
		for i := range lefts {
			for j := range rights {
				if i > 1 && j > 1 && (i+j)%8 > 0 {
					continue
				}
				a, b := lefts[i], rights[j]
				want := product(a.big(), b.big())
				var got element
				form.multiply(&got, &a, &b)
				if got.big().Cmp(want) != 0 || !got.within(&maxCarried) {
					t.Fatalf("%s: %x times %x: got %x", name, lefts[i], rights[j], got)
				}
				if a != lefts[i] || b != rights[j] {
					t.Fatalf("%s: an argument was changed", name)
				}
				form.multiply(&a, &a, &b)
				if a != got {
					t.Fatalf("%s: %x times %x into the left one: got %x", name, lefts[i], rights[j], a)
				}
				a = lefts[i]
				form.multiply(&b, &a, &b)
				if b != got {
					t.Fatalf("%s: %x times %x into the right one: got %x", name, lefts[i], rights[j], b)
				}
			}
		}
	}
}

func TestSquareAtBounds(t *testing.T) {
	r := testrand.New(t)
	for name, form := range fieldForms {
		for _, a := range operands(r, &maxRight, testrand.Count(t, 300)) {
			want := product(a.big(), a.big())
			var got element
			form.square(&got, &a)
			if got.big().Cmp(want) != 0 || !got.within(&maxCarried) {
				t.Fatalf("%s: %x squared: got %x", name, a, got)
			}
			same := a
			form.multiply(&same, &same, &same)
			if same.big().Cmp(want) != 0 {
				t.Fatalf("%s: %x times itself: got %x", name, a, same)
			}
			same = a
			form.square(&same, &same)
			if same != got {
				t.Fatalf("%s: %x squared into itself: got %x", name, a, same)
			}
			for n := 1; n < 5; n++ {
				var times element
				form.squareTimes(&times, &a, n)
				if times.big().Cmp(want) != 0 {
					t.Fatalf("%s: %x squared %d times: got %x", name, a, n, times)
				}
				same = a
				form.squareTimes(&same, &same, n)
				if same != times {
					t.Fatalf("%s: %x squared %d times into itself: got %x", name, a, n, same)
				}
				want = product(want, want)
			}
		}
	}
}

func TestScaleAtBounds(t *testing.T) {
	r := testrand.New(t)
	for _, a := range operands(r, &maxRight, testrand.Count(t, 100)) {
		var got element
		scaleGo(&got, &a)
		if want := product(a.big(), big.NewInt(121666)); got.big().Cmp(want) != 0 || !got.within(&maxCarried) {
			t.Fatalf("%x: got %x", a, got)
		}
	}
}

func TestAddAndSubtractAtBounds(t *testing.T) {
	r := testrand.New(t)
	var twice, fourfold [10]uint64
	p2, p4 := element{twiceP0, twiceP, twiceP, twiceP, twiceP}, element{2 * twiceP0, 2 * twiceP, 2 * twiceP, 2 * twiceP, 2 * twiceP}
	twice, fourfold = p2.limbs(), p4.limbs()
	if p2.big().Sign() != 0 || p4.big().Sign() != 0 {
		t.Fatal("what subtraction adds is no multiple of p")
	}
	for _, c := range []struct {
		name  string
		bound *[10]uint64
		f     func(r, a, b *element)
		want  func(z, a, b *big.Int) *big.Int
	}{
		{"add", &maxLeft, (*element).add, (*big.Int).Add},
		{"subtract", &twice, (*element).subtract, (*big.Int).Sub},
		{"subtractWide", &fourfold, (*element).subtractWide, (*big.Int).Sub},
	} {
		as, bs := operands(r, &maxRight, testrand.Count(t, 50)), operands(r, c.bound, testrand.Count(t, 50))
		for i := range as {
			for _, b := range []element{bs[0], bs[1], bs[i%len(bs)]} {
				var got element
				c.f(&got, &as[i], &b)
				want := c.want(new(big.Int), as[i].big(), b.big())
				if got.big().Cmp(want.Mod(want, prime)) != 0 {
					t.Fatalf("%s %x, %x: got %x", c.name, as[i], b, got)
				}
			}
		}
	}
}

func TestInvertAndRoot(t *testing.T) {
	r := testrand.New(t)
	rootPower := new(big.Int).Rsh(prime, 3) // (p - 5) / 8
	for _, a := range operands(r, &maxDifference, testrand.Count(t, 20)) {
		want := new(big.Int).ModInverse(a.big(), prime)
		if want == nil {
			want = new(big.Int)
		}
		got := a
		got.invert(&got)
		if got.big().Cmp(want) != 0 {
			t.Errorf("1 / %x: got %x", a, got)
		}
		got = a
		got.root(&got)
		if got.big().Cmp(new(big.Int).Exp(a.big(), rootPower, prime)) != 0 {
			t.Errorf("root of %x: got %x", a, got)
		}
	}
}

func TestEncodingOfElements(t *testing.T) {
	r := testrand.New(t)
	numbers := edgeNumbers()
	for range testrand.Count(t, 100) {
		numbers = append(numbers, [32]byte(testrand.Bytes(r, 32)))
	}
	for _, n := range numbers {
		for _, top := range []byte{0, 128} {
			b := n
			b[31] = b[31]&127 | top
			var e element
			e.decode(&b)
			want := toBig(n[:])
			want.SetBit(want, 255, 0).Mod(want, prime)
			var got [32]byte
			e.encode(&got)
			if e.big().Cmp(want) != 0 || !e.within(&maxCarried) || got != fromBig(want) {
				t.Errorf("%x: decoded as %x, encoded as %x", b, e, got)
			}
		}
	}
	largest := [10]uint64{}
	for i := range largest {
		largest[i] = low32
	}
	for _, bound := range []*[10]uint64{&maxCarried, &maxLeft, &largest} {
		for _, e := range operands(r, bound, testrand.Count(t, 100)) {
			var got [32]byte
			if e.encode(&got); got != fromBig(e.big()) {
				t.Errorf("%x: encoded as %x", e, got)
			}
			if e.isZero() != (e.big().Sign() == 0) || e.isOdd() != (e.big().Bit(0) == 1) {
				t.Errorf("%x: zero %v, odd %v", e, e.isZero(), e.isOdd())
			}
		}
	}
}

func TestSwap(t *testing.T) {
	r := testrand.New(t)
	x, y := below(r, &maxLeft), below(r, &maxLeft)
	a, b := x, y
	if swap(&a, &b, 0); a != x || b != y {
		t.Error("swapped for a mask of zero")
	}
	if swap(&a, &b, ^uint64(0)); a != y || b != x {
		t.Error("not swapped")
	}
}
