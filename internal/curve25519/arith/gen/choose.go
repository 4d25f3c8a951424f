package main

import "fmt"

// Registers of the choice from a table.
const (
	choiceTable = 1
	choiceDigit = 2
	choiceSign  = 3 // all ones if the digit is negative
	choiceMasks = 4 // R4 to R12: all ones if the digit is 0, 1, ... 8
	choicePlus  = 13
	choiceMinus = 14
	choiceSwap  = 15
)

// addChosen writes the choice of an entry by a secret digit, and the addition
// of it. Every entry is read in full, whichever is taken.
func (a *assembly) addChosen() {
	p := newAccumulator()
	a.function("addChosen", "It adds digit times the point of which row holds the multiples by 1 to 8.\n"+
		"The digit is secret, from -8 to 8.", "p *Point, row *[8]affine, digit int64")

	a.op(get(choiceDigit), constant(63), "I64ShrS", set(choiceSign))
	a.comment("digit = |digit|; a mask for each value")
	a.op(get(choiceDigit), get(choiceSign), "I64Xor", get(choiceSign), "I64Sub", set(choiceDigit))
	for value := range 9 {
		a.op(constant(0), get(choiceDigit), constant(uint64(value)), "I64Eq", "I64ExtendI32U", "I64Sub")
		a.op(set(choiceMasks + value))
	}

	for i := range words {
		a.comment("word %d of plus and minus, exchanged if negative", i)
		a.choose(i, i == 0)
		a.op(set(choicePlus))
		a.choose(words+i, i == 0)
		a.op(set(choiceMinus))
		a.op(get(choicePlus), get(choiceMinus), "I64Xor", get(choiceSign), "I64And", set(choiceSwap))
		a.op(p.plus.address()...)
		a.op(get(choicePlus), get(choiceSwap), "I64Xor", p.plus.store(i))
		a.op(p.minus.address()...)
		a.op(get(choiceMinus), get(choiceSwap), "I64Xor", p.minus.store(i))
	}
	n := carried.minuend()
	for i, multiple := range multipleOfP(n).words() {
		a.comment("word %d of the product, or %d p less that if negative", i, n)
		a.choose(2*words+i, false)
		a.op(set(choicePlus))
		a.op(constant(multiple), get(choicePlus), "I64Sub", get(choicePlus), "I64Xor", get(choiceSign), "I64And", set(choiceSwap))
		a.op(p.product.address()...)
		a.op(get(choicePlus), get(choiceSwap), "I64Xor", p.product.store(i))
	}
	p.plus.bound, p.minus.bound, p.product.bound = boundOfDifference, boundOfDifference, multipleOfP(n)
	if !boundOfSum.within(boundOfDifference) || !carried.within(multipleOfP(n)) {
		refuse("what is exchanged has other bounds")
	}
	a.addEntry(p, entry{plus: p.plus, minus: p.minus, product: p.product}, false)
	a.endFunction()
}

// choose pushes a word of the entry that the masks choose. Zero times the point
// has y + x = y - x = 1.
func (a *assembly) choose(word int, one bool) {
	for i := range 8 {
		a.op(get(choiceTable), "I32WrapI64", fmt.Sprintf("I64Load $%d", 8*(3*words*i+word)))
		a.op(get(choiceMasks+1+i), "I64And")
		if i > 0 {
			a.op("I64Or")
		}
	}
	if one {
		a.op(get(choiceMasks), constant(1), "I64And", "I64Or")
	}
}
