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

// setDifference sets r to s times the base point minus k times a, and encoded
// to its encoding. It takes variable time.
func setDifference(r *point, encoded, s, k *[32]byte, a *point) {
	r.SetDifference(s, k, a)
	r.Encode(encoded)
}
