package main

import (
	"fmt"
	"math"
	"math/big"
	"math/bits"
)

// limbs holds one number for each of the ten limbs of a field element. As a
// bound it is inclusive; the lower bound is always zero.
type limbs [10]uint64

// width returns the bits of limb i: 26 and 25 in turn.
func width(i int) int { return 26 - i%2 }

func mask(i int) uint64 { return 1<<width(i) - 1 }

var (
	// carried bounds the result of a multiplication. Limb 1 alone may exceed
	// its width, by the last carry. That it is a bound is checked for every
	// multiplication.
	carried = func() (c limbs) {
		for i := range c {
			c[i] = mask(i)
		}
		c[1] += 1 << 18
		return c
	}()

	// left and right bound the two factors of a multiplication, and right the
	// operand of a squaring. A product of ten limbs has room for little more.
	left  = carried.plus(carried).plus(multipleOfP(4))
	right = carried.plus(multipleOfP(4))
)

// multipleOfP returns n times 2^255 - 19, as n times each of its limbs.
func multipleOfP(n uint64) (m limbs) {
	for i := range m {
		m[i] = n * mask(i)
	}
	m[0] = n * (1<<26 - 19)
	return m
}

// plus returns the bound of a sum of two elements, which are added in pairs of
// limbs: a sum must not reach over into the limb above.
func (l limbs) plus(m limbs) limbs {
	for i := range l {
		l[i] += m[i]
		if l[i] > math.MaxUint32 {
			refuse("limb %d of a sum may be %d, which takes more than 32 bits", i, l[i])
		}
	}
	return l
}

// within reports whether no limb of l is above that of m.
func (l limbs) within(m limbs) bool {
	for i := range l {
		if l[i] > m[i] {
			return false
		}
	}
	return true
}

// minuend returns how many times p must be added to a difference, so that no
// limb of it falls below zero, whatever subtrahend within the bound l.
func (l limbs) minuend() uint64 {
	for _, n := range []uint64{2, 4} {
		if l.within(multipleOfP(n)) {
			return n
		}
	}
	refuse("a subtrahend may be up to %v, more than 4 p", l)
	return 0
}

// words returns the limbs as they lie in memory, two to a word.
func (l limbs) words() (w [5]uint64) {
	for i := range w {
		w[i] = l[2*i] | l[2*i+1]<<32
	}
	return w
}

func (l limbs) String() string {
	var s string
	for i, limb := range l {
		if i > 0 {
			s += " "
		}
		s += fmt.Sprintf("%.2f", math.Log2(float64(limb)+1))
	}
	return s
}

// A polynomial in the limbs of two elements a and b, of degree two at most. It
// says exactly what a sum of products holds. Its keys are products of two
// variables, in order; its values are the coefficients.
//
// Additions, subtractions and multiplications of words are exact modulo 2^64,
// so they need no bounds: only where the value itself is used, in a carry, must
// the whole polynomial be proven to be from 0 to 2^64 - 1.
type polynomial map[[2]variable]int64

// A variable is one, a limb of a, or a limb of b.
type variable int

const one variable = 0

func limbOfA(i int) variable { return variable(1 + i) }
func limbOfB(i int) variable { return variable(11 + i) }

func (p polynomial) plus(q polynomial, sign int64) polynomial {
	sum := make(polynomial)
	for m, c := range p {
		sum[m] += c
	}
	for m, c := range q {
		sum[m] += sign * c
	}
	for m, c := range sum {
		if c == 0 {
			delete(sum, m)
		}
	}
	return sum
}

func (p polynomial) times(q polynomial) polynomial {
	product := make(polynomial)
	for m, c := range p {
		for n, d := range q {
			switch {
			case m[0] == one:
				product[[2]variable{min(m[1], n[1]), max(m[1], n[1])}] += c * d
			default:
				refuse("a product of three limbs")
			}
			if m[0] != one || n[0] != one {
				refuse("a product of three limbs")
			}
		}
	}
	return product
}

// max returns the largest value of the polynomial for limbs of a and b within
// the bounds, which must fit a word.
func (p polynomial) max(a, b limbs) uint64 {
	values := make([]*big.Int, 21)
	values[one] = big.NewInt(1)
	for i := range a {
		values[limbOfA(i)] = new(big.Int).SetUint64(a[i])
		values[limbOfB(i)] = new(big.Int).SetUint64(b[i])
	}
	sum := new(big.Int)
	for m, c := range p {
		if c < 0 {
			refuse("a sum with the negative coefficient %d", c)
		}
		term := big.NewInt(c)
		term.Mul(term, values[m[0]])
		term.Mul(term, values[m[1]])
		sum.Add(sum, term)
	}
	if !sum.IsUint64() {
		refuse("a sum of products may take %d bits", sum.BitLen())
	}
	return sum.Uint64()
}

func addWords(a, b uint64) uint64 {
	sum, carry := bits.Add64(a, b, 0)
	if carry != 0 {
		refuse("the sum of %d and %d overflows", a, b)
	}
	return sum
}

// refusal is the panic of a generator that would write wrong code.
type refusal string

func refuse(format string, args ...any) {
	panic(refusal(fmt.Sprintf(format, args...)))
}
