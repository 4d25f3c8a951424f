package main

// Registers of the ladder.
const (
	ladderStruct = 0
	ladderScalar = 1
	ladderTurn   = 2
	ladderBit    = 3 // the bit of the turn before
	ladderMask   = 4 // all ones to swap
	ladderWord   = 5
)

// ladder writes the Montgomery ladder of RFC 7748, section 5, under the names
// used there. The elements lie in the struct ladder of the package, in order.
func (a *assembly) ladder() {
	a.function("climb", "It runs the 255 turns of the ladder. The scalar k is secret.", "l *ladder, k *[32]byte")

	var slots [13]element
	for i, name := range []string{"u", "x2", "z2", "x3", "z3", "a", "aa", "b", "bb", "e", "c", "d", "t"} {
		slots[i] = element{name: name, register: ladderStruct, index: i}
	}
	u, x2, z2, x3, z3 := &slots[0], &slots[1], &slots[2], &slots[3], &slots[4]
	for _, e := range []*element{u, x2, z2, x3, z3} {
		e.bound = carried
	}

	a.op(constant(254), set(ladderTurn), constant(0), set(ladderBit))
	a.op("Loop")
	a.comment("bit = k[turn/8] >> (turn%%8) & 1; mask = -(bit ^ bit of the turn before)")
	a.op(get(ladderScalar), get(ladderTurn), constant(3), "I64ShrU", "I64Add", "I32WrapI64", "I64Load8U $0")
	a.op(get(ladderTurn), constant(7), "I64And", "I64ShrU", constant(1), "I64And", set(ladderWord))
	a.op(constant(0), get(ladderWord), get(ladderBit), "I64Xor", "I64Sub", set(ladderMask))
	a.op(get(ladderWord), set(ladderBit))
	a.swap(x2, x3)
	a.swap(z2, z3)
	a.step(slots[:])
	for _, e := range []*element{x2, z2, x3, z3} {
		leave(e, carried)
	}
	a.countDown(ladderTurn, 0)

	a.op(constant(0), get(ladderBit), "I64Sub", set(ladderMask))
	a.swap(x2, x3)
	a.swap(z2, z3)
	a.endFunction()
}

// step doubles (x2 : z2), and adds it to (x3 : z3), whose difference is u.
func (a *assembly) step(slots []element) {
	u, x2, z2, x3, z3 := &slots[0], &slots[1], &slots[2], &slots[3], &slots[4]
	sum, aa, difference, bb, e := &slots[5], &slots[6], &slots[7], &slots[8], &slots[9]
	c, d, t := &slots[10], &slots[11], &slots[12]

	a.add(sum, x2, z2)
	a.subtract(difference, x2, z2)
	a.add(c, x3, z3)
	a.subtract(d, x3, z3)
	a.multiply(d, d, sum)
	a.multiply(c, c, difference)

	a.add(x3, d, c)
	a.square(x3, x3)
	a.subtract(z3, d, c)
	a.square(z3, z3)
	a.multiply(z3, z3, u)

	a.square(aa, sum)
	a.square(bb, difference)
	a.multiply(x2, aa, bb)
	a.subtract(e, aa, bb)
	a.scale(t, e) // bb + 121666 e = aa + 121665 e
	a.add(t, t, bb)
	a.multiply(z2, t, e)
}

// swap exchanges two elements if the mask is set. It touches both in any case.
func (a *assembly) swap(x, y *element) {
	a.comment("%s, %s = %s, %s if the mask is set", x.name, y.name, y.name, x.name)
	for i := range words {
		a.op(x.load(i)...)
		a.op(y.load(i)...)
		a.op("I64Xor", get(ladderMask), "I64And", set(ladderWord))
		for _, e := range []*element{x, y} {
			a.op(e.address()...)
			a.op(e.load(i)...)
			a.op(get(ladderWord), "I64Xor", e.store(i))
		}
	}
}
