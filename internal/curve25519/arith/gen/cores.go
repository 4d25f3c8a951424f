package main

import (
	"fmt"
	"maps"
)

// Registers of the cores. The operands lie in R0 to R4 and R5 to R9.
const (
	evens    = 10 // even limbs times even limbs, one column
	odds     = 11 // odd limbs times odd limbs, one column
	lastOdds = 12 // odd limbs times odd limbs, the last column
	carry    = 13
	first    = 14 // limbs 0 and 1, which wait for the last carry
)

// products gives the columns of which a product is made. With a = e + 2^26 o,
// where the even limbs of a are those of e and the odd limbs those of o, both in
// radix 2^51,
//
//	a b = e e' + 2^52 o o' + 2^26 (e o' + o e')
//
// mixed is given the other two columns of the same k.
type products struct {
	evens, odds func(k int) expression
	mixed       func(k int, even, odd expression) expression
}

// multiplyCore makes the mixed columns by Karatsuba's method,
//
//	e o' + o e' = (e + o) (e' + o') - e e' - o o'
//
// with 75 products of limbs instead of 100. That the first product may wrap
// around does no harm, since the difference does not.
func (a *assembly) multiplyCore() {
	x, y := operand{0, limbOfA}, operand{5, limbOfB}
	a.core("multiply", "RET0 = RET1 times RET2, which may be the same elements.")
	a.comment("RET1 in bits: %v", left)
	a.comment("RET2 in bits: %v", right)
	a.load("RET1", x.register)
	a.load("RET2", y.register)
	a.combine(products{
		func(k int) expression { return column(x.even, y.even, k) },
		func(k int) expression { return column(x.odd, y.odd, k) },
		func(k int, even, odd expression) expression {
			return column(x.both, y.both, k).minus(even).minus(odd)
		},
	}, x, y, left, right)
	a.endCore()
}

func (a *assembly) squareCore() {
	x := operand{0, limbOfA}
	a.core("square", "RET0 = RET1 squared, which may be the same element.")
	a.comment("RET1 in bits: %v", right)
	a.load("RET1", x.register)
	a.combine(products{
		func(k int) expression { return squareColumn(x.even, k) },
		func(k int) expression { return squareColumn(x.odd, k) },
		func(k int, _, _ expression) expression { return column(x.even, x.odd, k).scaled(2) },
	}, x, x, right, right)
	a.endCore()
}

// combine makes the ten limbs of a product.
func (a *assembly) combine(p products, x, y operand, xBound, yBound limbs) {
	keep := func(register int, e expression) expression {
		a.op(e.code...)
		a.op(set(register))
		return expression{[]string{get(register)}, e.value}
	}
	last := keep(lastOdds, p.odds(4))
	odd := last.scaled(19) // the column before the first one is the last
	var even expression
	a.carry(func(i int) expression {
		var limb expression
		if i%2 == 0 {
			even = keep(evens, p.evens(i/2))
			limb = even.plus(odd.scaled(2))
		} else {
			odd = last
			if i < 9 {
				odd = keep(odds, p.odds(i/2))
			}
			limb = p.mixed(i/2, even, odd)
		}
		if !maps.Equal(limb.value, productLimb(x, y, i)) {
			refuse("limb %d is no limb of the product", i)
		}
		return limb
	}, xBound, yBound)
}

// productLimb is what limb i of a product has to be, before carries.
func productLimb(x, y operand, i int) polynomial {
	limb := make(polynomial)
	for j := range 10 {
		for k := range 10 {
			coefficient := int64(1)
			if j%2 == 1 && k%2 == 1 { // two halves of a bit make one
				coefficient = 2
			}
			switch j + k {
			case i + 10:
				coefficient *= 19
			case i:
			default:
				continue
			}
			term := polynomial{{one, x.limb(j)}: coefficient}.times(polynomial{{one, y.limb(k)}: 1})
			limb = limb.plus(term, 1)
		}
	}
	return limb
}

func (a *assembly) scaleCore() {
	const factor = 121666
	x := operand{0, limbOfA}
	a.core("scale", fmt.Sprintf("RET0 = RET1 times %d, the constant (A + 2) / 4 of Curve25519.", factor))
	a.comment("RET1 in bits: %v", right)
	a.load("RET1", x.register)
	a.carry(func(i int) expression {
		if i%2 == 0 {
			return x.even(i / 2).scaled(factor)
		}
		return x.odd(i / 2).scaled(factor)
	}, right, right)
	a.endCore()
}

// carry writes the ten limbs to RET0, and what exceeds their width to the limb
// above. What exceeds limb 9 comes back at limb 0, times 19.
func (a *assembly) carry(limb func(int) expression, x, y limbs) {
	var result limbs
	var over uint64
	for i := range 10 {
		e := limb(i)
		largest := addWords(e.value.max(x, y), over)
		pair := i / 2
		if i%2 == 0 && pair > 0 {
			a.op("Get RET0", "I32WrapI64")
		}
		a.op(e.code...)
		if i > 0 {
			a.op(get(carry), "I64Add")
		}
		a.comment("limb %d up to %#x", i, largest)
		a.op(tee(carry), constant(mask(i)), "I64And")
		result[i], over = min(largest, mask(i)), largest>>width(i)
		switch {
		case i == 0:
			a.op(set(first))
		case i == 1:
			a.op(constant(32), "I64Shl", get(first), "I64Or", set(first))
		case i%2 == 1:
			a.op(constant(32), "I64Shl", "I64Or", fmt.Sprintf("I64Store $%d", 8*pair))
		}
		a.op(get(carry), constant(uint64(width(i))), "I64ShrU", set(carry))
	}
	largest := addWords(19*over, result[0])
	if over > 1<<59 {
		refuse("the last carry may be %d", over)
	}
	result[0], result[1] = mask(0), addWords(result[1], largest>>width(0))
	if !result.within(carried) {
		refuse("the result may be %v, above %v", result, carried)
	}
	a.comment("limb 0 up to %#x", largest)
	a.op("Get RET0", "I32WrapI64")
	a.op(get(carry), constant(19), "I64Mul", get(first), constant(1<<32-1), "I64And", "I64Add", tee(carry))
	a.op(constant(mask(0)), "I64And")
	a.op(get(carry), constant(uint64(width(0))), "I64ShrU", get(first), constant(32), "I64ShrU", "I64Add")
	a.comment("limb 1 up to %#x", result[1])
	a.op(constant(32), "I64Shl", "I64Or", "I64Store $0")
}
