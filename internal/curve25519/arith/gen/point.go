package main

// accumulator is the struct Point of the package: a point, and room for
// the work on it.
type accumulator struct{ x, y, z, e, f, g, h, s, t, plus, minus, product *element }

func newAccumulator() accumulator {
	at := func(name string, index int, bound limbs) *element {
		return &element{name: name, index: index, bound: bound}
	}
	return accumulator{
		x: at("x", 0, carried), y: at("y", 1, carried), z: at("z", 2, carried),
		e: at("e", 3, boundOfE), h: at("h", 4, boundOfH), f: at("f", 5, limbs{}), g: at("g", 6, limbs{}),
		s: at("s", 7, limbs{}), t: at("t", 8, limbs{}),
		plus: at("chosen.plus", 9, limbs{}), minus: at("chosen.minus", 10, limbs{}), product: at("chosen.product", 11, limbs{}),
	}
}

var (
	// What every operation leaves in e and h, for the next.
	boundOfE = right
	boundOfH = carried.plus(carried)

	// What the entries of tables are made of: y + x, y - x and 2 d x y.
	boundOfSum        = carried.plus(carried)
	boundOfDifference = carried.plus(multipleOfP(2))
)

func (p accumulator) leave() {
	for _, e := range []*element{p.x, p.y, p.z} {
		leave(e, carried)
	}
	leave(p.e, boundOfE)
	leave(p.h, boundOfH)
}

func (a *assembly) pointFunctions() {
	a.double()
	a.addition("add", "q is public.", false, false)
	a.addition("subtract", "q is public.", false, true)
	a.addition("addAffine", "q is public.", true, false)
	a.addition("subtractAffine", "q is public.", true, true)
	a.addChosen()
}

// double writes the doubling of Hisil, Wong, Carter and Dawson ("Twisted
// Edwards Curves Revisited", 2008), with the signs of f, h and so of all
// coordinates turned, which is the same point.
func (a *assembly) double() {
	p := newAccumulator()
	a.function("double", "It doubles p n times; n is public and at least 1.", "p *Point, n int")
	a.op("Loop")
	a.square(p.s, p.x)
	a.square(p.t, p.y)
	a.add(p.h, p.t, p.s)
	a.subtract(p.g, p.t, p.s)
	a.add(p.e, p.x, p.y)
	a.square(p.e, p.e)
	a.subtract(p.e, p.e, p.h)
	a.square(p.f, p.z)
	a.add(p.f, p.f, p.f)
	a.subtract(p.f, p.f, p.g)
	a.complete(p)
	a.countDown(1, 1)
	a.endFunction()
}

// complete makes the coordinates out of e, f, g and h. The fourth, e h, waits
// until an addition needs it.
func (a *assembly) complete(p accumulator) {
	a.multiply(p.x, p.f, p.e)
	a.multiply(p.y, p.g, p.h)
	a.multiply(p.z, p.f, p.g)
	p.leave()
}

// entry is a table entry in the struct at a register.
type entry struct{ plus, minus, product, z *element }

func (a *assembly) addition(name, comment string, affine, negative bool) {
	kind := "cached"
	if affine {
		kind = "affine"
	}
	a.function(name, comment, "p *Point, q *"+kind)
	q := entry{
		plus:    &element{name: "q.plus", register: 1, index: 0, bound: boundOfSum},
		minus:   &element{name: "q.minus", register: 1, index: 1, bound: boundOfDifference},
		product: &element{name: "q.product", register: 1, index: 2, bound: carried},
	}
	if !affine {
		q.z = &element{name: "q.z", register: 1, index: 3, bound: carried}
	}
	a.addEntry(newAccumulator(), q, negative)
	a.endFunction()
}

// addEntry writes the addition of the same authors. Subtraction takes the entry
// with x turned, which exchanges y + x for y - x, and f for g.
func (a *assembly) addEntry(p accumulator, q entry, negative bool) {
	plus, minus, f, g := q.plus, q.minus, p.f, p.g
	if negative {
		plus, minus, f, g = q.minus, q.plus, p.g, p.f
	}
	a.multiply(p.s, p.e, p.h)
	a.multiply(p.s, p.s, q.product)
	a.subtract(p.t, p.y, p.x)
	a.multiply(p.t, p.t, minus)
	a.add(p.h, p.y, p.x)
	a.multiply(p.h, p.h, plus)
	a.subtract(p.e, p.h, p.t)
	a.add(p.h, p.h, p.t)
	if q.z == nil {
		a.add(p.t, p.z, p.z)
	} else {
		a.multiply(p.t, p.z, q.z)
		a.add(p.t, p.t, p.t)
	}
	a.subtract(f, p.t, p.s)
	a.add(g, p.t, p.s)
	a.complete(p)
}
