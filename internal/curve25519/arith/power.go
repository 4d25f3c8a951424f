package arith

// invert sets r to 1/a, and to zero for zero: by Fermat's little theorem, a to
// the power of p - 2 = 2^255 - 21.
func (r *element) invert(a *element) {
	var p powers
	p.raise(a)
	squareTimes(&p.result, &p.upTo250, 5)
	multiply(r, &p.result, &p.eleven)
	p.wipe()
}

// root sets r to a to the power of (p - 5) / 8 = 2^252 - 3, of which square
// roots are made. It is for public elements.
func (r *element) root(a *element) {
	var p powers
	p.raise(a)
	squareTimes(&p.result, &p.upTo250, 2)
	multiply(r, &p.result, a)
}

// powers are powers of an element, kept together to be wiped together. upToN is
// the power of 2^N - 1.
type powers struct {
	two, eleven     element
	upTo5, upTo10   element
	upTo50, upTo250 element
	result          element
}

// raise sets the powers of a.
func (p *powers) raise(a *element) {
	t := &p.result
	square(&p.two, a)
	squareTimes(t, &p.two, 2)
	multiply(t, t, a) // 9
	multiply(&p.eleven, t, &p.two)
	square(&p.upTo5, &p.eleven)
	multiply(&p.upTo5, &p.upTo5, t)

	squareTimes(t, &p.upTo5, 5)
	multiply(&p.upTo10, t, &p.upTo5)
	squareTimes(t, &p.upTo10, 10)
	multiply(&p.upTo50, t, &p.upTo10) // 20
	squareTimes(t, &p.upTo50, 20)
	multiply(t, t, &p.upTo50) // 40
	squareTimes(t, t, 10)
	multiply(&p.upTo50, t, &p.upTo10)

	squareTimes(t, &p.upTo50, 50)
	multiply(&p.upTo250, t, &p.upTo50) // 100
	squareTimes(t, &p.upTo250, 100)
	multiply(t, t, &p.upTo250) // 200
	squareTimes(t, t, 50)
	multiply(&p.upTo250, t, &p.upTo50)
}

//go:noinline
func (p *powers) wipe() { *p = powers{} }
