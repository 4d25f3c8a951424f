//go:build js || purego

package curve25519

// Without wide multiplication, as in WebAssembly, edwards25519 takes several
// times as long as package arith. The functions are explained in group_std.go.

import "github.com/mudpuppy-e2ee/mudpuppy/internal/curve25519/arith"

// point is a public point on the curve of Ed25519.
type point = arith.Point

func multiply(out, scalar, point *[32]byte) { arith.Multiply(out, scalar, point) }
func multiplyBase(out, scalar *[32]byte)    { arith.MultiplyBase(out, scalar) }
func encodeBase(out, scalar *[32]byte)      { arith.EncodeBase(out, scalar) }

func reduce(out *[32]byte, number *[64]byte) { arith.Reduce(out, number) }
func multiplyAdd(out, a, b, c *[32]byte)     { arith.MultiplyAdd(out, a, b, c) }

// setDecoded sets p to the point of an encoding, canonical or not, and reports
// whether there is one.
func setDecoded(p *point, encoded *[32]byte) bool { return p.SetEncoded(encoded) }

func ofSmallOrder(p *point) bool { return p.HasSmallOrder() }

// repeated is a point that may be multiplied again and again. From the second
// time on it keeps a table: many points are used only once.
type repeated struct {
	point
	used      bool
	multiples *arith.Multiples
}

// setDifference sets r to s times the base point minus k times a, and encoded
// to its encoding. It takes variable time.
func setDifference(r *point, encoded, s, k *[32]byte, a *repeated) {
	if a.used && a.multiples == nil {
		a.multiples = new(arith.Multiples)
		a.multiples.Set(&a.point)
	}
	a.used = true
	if a.multiples != nil {
		r.SetDifferenceOf(s, k, a.multiples)
	} else {
		r.SetDifference(s, k, &a.point)
	}
	r.Encode(encoded)
}
