package main

// fieldFunctions writes the multiplications for Go to call.
func (a *assembly) fieldFunctions() {
	r, x, y := &element{name: "r"}, &element{name: "a", register: 1}, &element{name: "b", register: 2}

	a.function("multiply", "The arguments may be the same.", "r, a, b *element")
	x.bound, y.bound = left, right
	a.multiply(r, x, y)
	a.endFunction()

	a.function("square", "The arguments may be the same.", "r, a *element")
	x.bound = right
	a.square(r, x)
	a.endFunction()

	a.function("squareTimes", "The arguments may be the same; n is public and at least 1.", "r, a *element, n int")
	x.bound = right
	a.op("Loop")
	a.square(r, x)
	leave(r, right) // it is squared again
	a.op(get(r.register), set(x.register))
	a.countDown(2, 1)
	a.endFunction()
}
