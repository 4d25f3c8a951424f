package main

import "fmt"

// expression is code that leaves one word on the stack, and what that word is.
type expression struct {
	code  []string
	value polynomial
}

func join(x, y expression, op string, value polynomial) expression {
	var code []string
	code = append(code, x.code...)
	code = append(code, y.code...)
	return expression{append(code, op), value}
}

func (x expression) plus(y expression) expression {
	return join(x, y, "I64Add", x.value.plus(y.value, 1))
}

func (x expression) minus(y expression) expression {
	return join(x, y, "I64Sub", x.value.plus(y.value, -1))
}

func (x expression) times(y expression) expression {
	return join(x, y, "I64Mul", x.value.times(y.value))
}

func (x expression) scaled(n int64) expression {
	c := polynomial{{one, one}: n}
	if n == 2 {
		return join(x, expression{code: []string{constant(1)}}, "I64Shl", scale(x.value, 2))
	}
	return join(x, expression{[]string{constant(uint64(n))}, c}, "I64Mul", scale(x.value, n))
}

func scale(p polynomial, n int64) polynomial {
	return make(polynomial).plus(p, n)
}

func sum(terms []expression) expression {
	total := terms[0]
	for _, t := range terms[1:] {
		total = total.plus(t)
	}
	return total
}

// operand is an element in five registers, two limbs in each.
type operand struct {
	register int
	limb     func(int) variable
}

// load brings an element into registers. Loads between the arithmetic would
// make a multiplication half as slow again.
func (a *assembly) load(pointer string, register int) {
	for i := range 5 {
		a.op("Get "+pointer, "I32WrapI64", fmt.Sprintf("I64Load $%d", 8*i), set(register+i))
	}
}

func (o operand) even(i int) expression {
	return expression{[]string{get(o.register + i), constant(1<<32 - 1), "I64And"}, polynomial{{one, o.limb(2 * i)}: 1}}
}

func (o operand) odd(i int) expression {
	return expression{[]string{get(o.register + i), constant(32), "I64ShrU"}, polynomial{{one, o.limb(2*i + 1)}: 1}}
}

func (o operand) both(i int) expression { return o.even(i).plus(o.odd(i)) }

// column returns one of the five words of a product of two numbers of five
// words each in radix 2^51, modulo 2^255 - 19: the words that go beyond come
// back at the low end, times 19.
func column(x, y func(int) expression, k int) expression {
	var low, high []expression
	for i := range 5 {
		if j := k - i; j >= 0 {
			low = append(low, x(i).times(y(j)))
		}
		if j := k + 5 - i; j < 5 {
			high = append(high, x(i).times(y(j)))
		}
	}
	if high == nil {
		return sum(low)
	}
	return sum(high).scaled(19).plus(sum(low))
}

// squareColumn is the column of x times x, with every mixed product made once.
func squareColumn(x func(int) expression, k int) expression {
	triangle := func(s int) (mixed []expression, square *expression) {
		for i := range 5 {
			switch j := s - i; {
			case j == i:
				e := x(i).times(x(i))
				square = &e
			case j > i && j < 5:
				mixed = append(mixed, x(i).times(x(j)))
			}
		}
		return mixed, square
	}
	both := func(s int) *expression {
		mixed, square := triangle(s)
		if mixed == nil {
			return square
		}
		e := sum(mixed).scaled(2)
		if square != nil {
			e = e.plus(*square)
		}
		return &e
	}
	low := *both(k)
	if k == 4 {
		return low
	}
	return both(k + 5).scaled(19).plus(low)
}
