package main

import "fmt"

// element is a field element in memory: the register that points at the struct
// in which it lies, its place there counted in elements, and the bound of its
// limbs, as far as the code is written.
type element struct {
	name     string
	register int
	index    int
	bound    limbs
}

// words is how many words an element has.
const words = 5

// word is a word of an element.
func (e *element) load(word int) []string {
	return []string{get(e.register), "I32WrapI64", fmt.Sprintf("I64Load $%d", 8*(words*e.index+word))}
}

// address begins a store to e, and store ends it.
func (e *element) address() []string { return []string{get(e.register), "I32WrapI64"} }
func (e *element) store(word int) string {
	return fmt.Sprintf("I64Store $%d", 8*(words*e.index+word))
}

// point brings the address of e into one of the registers of the cores.
func (a *assembly) point(register string, e *element) {
	a.op(get(e.register))
	if e.index > 0 {
		a.op(constant(uint64(8*words*e.index)), "I64Add")
	}
	a.op("Set " + register)
}

func (a *assembly) multiply(r, x, y *element) {
	if !x.bound.within(left) || !y.bound.within(right) {
		x, y = y, x
	}
	if !x.bound.within(left) || !y.bound.within(right) {
		refuse("%s times %s: factors up to %v and %v", x.name, y.name, x.bound, y.bound)
	}
	a.comment("%s = %s %s", r.name, x.name, y.name)
	a.point("RET0", r)
	a.point("RET1", x)
	a.point("RET2", y)
	a.callCore("multiply")
	r.bound = carried
}

func (a *assembly) square(r, x *element) { a.unary(r, x, "square", "%s = %s²") }
func (a *assembly) scale(r, x *element)  { a.unary(r, x, "scale", "%s = 121666 %s") }

func (a *assembly) unary(r, x *element, core, comment string) {
	if !x.bound.within(right) {
		refuse("%s of %s, up to %v", core, x.name, x.bound)
	}
	a.comment(comment, r.name, x.name)
	a.point("RET0", r)
	a.point("RET1", x)
	a.callCore(core)
	r.bound = carried
}

// add adds word by word, which is limb by limb, since no limb reaches over.
func (a *assembly) add(r, x, y *element) {
	bound := x.bound.plus(y.bound)
	a.comment("%s = %s + %s, in bits %v", r.name, x.name, y.name, bound)
	for i := range words {
		a.op(r.address()...)
		a.op(x.load(i)...)
		a.op(y.load(i)...)
		a.op("I64Add", r.store(i))
	}
	r.bound = bound
}

// subtract adds a multiple of p, so that no limb falls below zero.
func (a *assembly) subtract(r, x, y *element) {
	n := y.bound.minuend()
	bound := x.bound.plus(multipleOfP(n))
	a.comment("%s = %s + %d p - %s, in bits %v", r.name, x.name, n, y.name, bound)
	for i, p := range multipleOfP(n).words() {
		a.op(r.address()...)
		a.op(x.load(i)...)
		a.op(constant(p), "I64Add")
		a.op(y.load(i)...)
		a.op("I64Sub", r.store(i))
	}
	r.bound = bound
}

// leave checks what a function leaves in an element against what it promises.
func leave(e *element, promised limbs) {
	if !e.bound.within(promised) {
		refuse("%s is left up to %v, above %v", e.name, e.bound, promised)
	}
}
