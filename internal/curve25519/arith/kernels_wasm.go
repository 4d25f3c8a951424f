//go:build !purego

package arith

// The kernels stand in kernels_wasm.s. What they do is said at their plain Go
// forms, in multiply.go, ladder.go and formulas.go.

//go:noescape
func multiply(r, a, b *element)

//go:noescape
func square(r, a *element)

//go:noescape
func squareTimes(r, a *element, n int)

//go:noescape
func climb(l *ladder, k *[32]byte)

//go:noescape
func double(p *Point, n int)

//go:noescape
func add(p *Point, q *cached)

//go:noescape
func subtract(p *Point, q *cached)

//go:noescape
func addAffine(p *Point, q *affine)

//go:noescape
func subtractAffine(p *Point, q *affine)

//go:noescape
func addChosen(p *Point, row *[8]affine, digit int64)
