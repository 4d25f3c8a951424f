//go:build !wasm || purego

package arith

func multiply(r, a, b *element)                       { multiplyGo(r, a, b) }
func square(r, a *element)                            { squareGo(r, a) }
func squareTimes(r, a *element, n int)                { squareTimesGo(r, a, n) }
func climb(l *ladder, k *[32]byte)                    { climbGo(l, k) }
func double(p *Point, n int)                          { doubleGo(p, n) }
func add(p *Point, q *cached)                         { addGo(p, q) }
func subtract(p *Point, q *cached)                    { subtractGo(p, q) }
func addAffine(p *Point, q *affine)                   { addAffineGo(p, q) }
func subtractAffine(p *Point, q *affine)              { subtractAffineGo(p, q) }
func addChosen(p *Point, row *[8]affine, digit int64) { addChosenGo(p, row, digit) }
