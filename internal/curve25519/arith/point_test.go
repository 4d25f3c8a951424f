package arith

import (
	"testing"

	"filippo.io/edwards25519"

	"github.com/mudpuppy-e2ee/mudpuppy/internal/testrand"
)

// scalarOf returns the scalar of edwards25519 of 32 bytes.
func scalarOf(t *testing.T, b *[32]byte) *edwards25519.Scalar {
	t.Helper()
	s, err := new(edwards25519.Scalar).SetUniformBytes(append(b[:], make([]byte, 32)...))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// TestSetEncodedAgainstPeer decodes encodings, canonical or not, of points and
// of none.
func TestSetEncodedAgainstPeer(t *testing.T) {
	r := testrand.New(t)
	encodings := edgeNumbers()
	for range testrand.Count(t, 200) {
		encodings = append(encodings, [32]byte(testrand.Bytes(r, 32)))
	}
	points, small := 0, 0
	for _, encoding := range encodings {
		for _, sign := range []byte{0, 128} {
			e := encoding
			e[31] = e[31]&127 | sign
			want, err := new(edwards25519.Point).SetBytes(e[:])
			var p Point
			ok := p.SetEncoded(&e)
			if ok != (err == nil) {
				t.Errorf("%x: decoded %v, edwards25519 says %v", e, ok, err)
			}
			if !ok || err != nil {
				continue
			}
			points++
			var got [32]byte
			if p.Encode(&got); got != [32]byte(want.Bytes()) {
				t.Errorf("%x: encoded as %x, not %x", e, got, want.Bytes())
			}
			eightfold := new(edwards25519.Point).MultByCofactor(want)
			isSmall := eightfold.Equal(edwards25519.NewIdentityPoint()) == 1
			if p.HasSmallOrder() != isSmall {
				t.Errorf("%x: small order %v", e, !isSmall)
			}
			if isSmall {
				small++
			}
		}
	}
	if points == 0 || points == 2*len(encodings) || small == 0 {
		t.Errorf("%d of %d encodings are points, %d of small order: a kind is missing", points, 2*len(encodings), small)
	}
}

// TestSmallOrder asks about every multiple of a point of order 8, and about
// sums of these with the base point.
func TestSmallOrder(t *testing.T) {
	encoded := [32]byte{
		0x26, 0xe8, 0x95, 0x8f, 0xc2, 0xb2, 0x27, 0xb0, 0x45, 0xc3, 0xf4, 0x89, 0xf2, 0xef, 0x98, 0xf0,
		0xd5, 0xdf, 0xac, 0x05, 0xd3, 0xc6, 0x33, 0x39, 0xb1, 0x38, 0x02, 0x88, 0x6d, 0x53, 0xfc, 0x05,
	}
	var eighth, p, base Point
	if !eighth.SetEncoded(&encoded) {
		t.Fatal("the point of order 8 is none")
	}
	base.setBase()
	var q, b cached
	q.set(&eighth)
	b.set(&base)
	p.SetZero()
	for n := range 8 {
		if !p.HasSmallOrder() {
			t.Errorf("%d times the point of order 8 does not pass for one of small order", n)
		}
		sum := p
		if add(&sum, &b); sum.HasSmallOrder() {
			t.Errorf("the base point and %d times the point of order 8 pass for one of small order", n)
		}
		if double(&sum, 3); sum.HasSmallOrder() {
			t.Error("8 times the base point passes for one of small order")
		}
		add(&p, &q)
	}
}

// edgeScalars are scalars below 2^255 at which digits carry.
func edgeScalars() [][32]byte {
	scalars := edgeNumbers()
	for _, b := range []byte{0x77, 0x78, 0x87, 0x88, 0x80, 0x08, 0xff, 0xf8, 0x7f} {
		var s [32]byte
		for i := range s {
			s[i] = b
		}
		s[31] &= 127
		scalars = append(scalars, s)
	}
	return scalars
}

func TestEncodeBaseAgainstPeer(t *testing.T) {
	r := testrand.New(t)
	scalars := edgeScalars()
	for range testrand.Count(t, 100) {
		s := [32]byte(testrand.Bytes(r, 32))
		s[31] &= 127
		scalars = append(scalars, s)
	}
	for _, s := range scalars {
		want := new(edwards25519.Point).ScalarBaseMult(scalarOf(t, &s))
		var got [32]byte
		if EncodeBase(&got, &s); got != [32]byte(want.Bytes()) {
			t.Errorf("%x times the base point: got %x, want %x", s, got, want.Bytes())
		}
	}
}

// TestBaseTable looks at every entry.
func TestBaseTable(t *testing.T) {
	rows := baseRows()
	for i := range rows {
		for j := range rows[i] {
			var scalar, got [32]byte
			scalar[i] = byte(j + 1)
			var p Point
			p.SetZero()
			addAffine(&p, &rows[i][j])
			p.Encode(&got)
			if want := new(edwards25519.Point).ScalarBaseMult(scalarOf(t, &scalar)); got != [32]byte(want.Bytes()) {
				t.Errorf("row %d, entry %d: %x", i, j, got)
			}
			if e := &rows[i][j]; !e.plus.within(&maxSum) || !e.minus.within(&maxDifference) || !e.product.within(&maxCarried) {
				t.Errorf("row %d, entry %d: %x is out of bounds", i, j, *e)
			}
		}
	}
}

func TestSetDifferenceAgainstPeer(t *testing.T) {
	r := testrand.New(t)
	limit := toBig([]byte{31: 32}) // 2^253
	var scalars [][32]byte
	for _, s := range edgeScalars() {
		if toBig(s[:]).Cmp(limit) < 0 {
			scalars = append(scalars, s)
		}
	}
	for range testrand.Count(t, 100) {
		s := [32]byte(testrand.Bytes(r, 32))
		s[31] &= 31
		scalars = append(scalars, s)
	}
	for i, s := range scalars {
		k := scalars[(7*i+3)%len(scalars)]
		a := new(edwards25519.Point).ScalarBaseMult(scalarOf(t, &[32]byte{byte(i + 1), 1}))
		var p, r Point
		if !p.SetEncoded((*[32]byte)(a.Bytes())) {
			t.Fatal("a point is refused")
		}
		before := p
		r.SetDifference(&s, &k, &p)
		var got, ofMultiples [32]byte
		r.Encode(&got)
		var m Multiples
		m.Set(&p)
		r.SetDifferenceOf(&s, &k, &m)
		r.Encode(&ofMultiples)
		a.Negate(a)
		want := new(edwards25519.Point).VarTimeDoubleScalarBaseMult(scalarOf(t, &k), a, scalarOf(t, &s))
		if got != [32]byte(want.Bytes()) {
			t.Errorf("%x B - %x A: got %x, want %x", s, k, got, want.Bytes())
		}
		if ofMultiples != got {
			t.Errorf("%x B - %x A: got %x with multiples, want %x", s, k, ofMultiples, got)
		}
		if p != before {
			t.Error("the point was changed")
		}
	}
}

func TestRadix16(t *testing.T) {
	r := testrand.New(t)
	scalars := edgeScalars()
	for range testrand.Count(t, 200) {
		s := [32]byte(testrand.Bytes(r, 32))
		s[31] &= 127
		scalars = append(scalars, s)
	}
	for _, s := range scalars {
		var digits [64]int8
		setRadix16(&digits, &s)
		sum := number(0)
		for i := 63; i >= 0; i-- {
			sum.Lsh(sum, 4)
			sum.Add(sum, number(int64(digits[i])))
			if d := digits[i]; d < -8 || d > 8 {
				t.Errorf("%x: digit %d", s, d)
			}
		}
		if sum.Cmp(toBig(s[:])) != 0 {
			t.Errorf("%x: digits %v", s, digits)
		}
	}
}

func TestNonAdjacent(t *testing.T) {
	r := testrand.New(t)
	numbers := edgeScalars()
	for range testrand.Count(t, 200) {
		numbers = append(numbers, [32]byte(testrand.Bytes(r, 32)))
	}
	for _, n := range numbers {
		n[31] &= 31
		for _, width := range []int{pointWindow, baseWindow} {
			digits := nonAdjacent(&n, width)
			sum, last := number(0), 1000
			for i := 255; i >= 0; i-- {
				d := int(digits[i])
				sum.Lsh(sum, 1)
				sum.Add(sum, number(int64(d)))
				if d == 0 {
					continue
				}
				if d%2 == 0 || max(d, -d) >= 1<<(width-1) || last-i < width {
					t.Errorf("%x, width %d: digit %d at %d, the one above at %d", n, width, d, i, last)
				}
				last = i
			}
			if sum.Cmp(toBig(n[:])) != 0 {
				t.Errorf("%x, width %d: digits %v", n, width, digits)
			}
		}
	}
}

func TestWipe(t *testing.T) {
	var p Point
	p.SetMultipleOfBase(&[32]byte{5})
	l := ladder{u: p.x, x2: p.y, z2: p.z, x3: p.x, z3: p.z}
	climb(&l, &[32]byte{5})
	var powers powers
	powers.raise(&p.x)
	r := reduction{number: [doubleWords]uint32{1, 2, 3, doubleWords - 1: 4}}
	r.reduce(new([32]byte))
	if p.Wipe(); p != (Point{}) {
		t.Error("a point is left")
	}
	if l.wipe(); l != (ladder{}) {
		t.Error("a ladder is left")
	}
	if powers.wipe(); powers.result != (element{}) || powers.upTo250 != (element{}) || powers.two != (element{}) {
		t.Error("powers are left")
	}
	if r.wipe(); r != (reduction{}) {
		t.Error("a number that was reduced is left")
	}
}
