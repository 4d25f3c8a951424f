//go:build !js && !purego

package curve25519

import (
	"filippo.io/edwards25519"

	"github.com/mudpuppy-e2ee/mudpuppy/internal/secret"
)

// point is a public point on the curve of Ed25519.
type point = edwards25519.Point

// multiplyBase sets out to the u-coordinate of scalar times the base point.
// That is the base point of Ed25519 in other coordinates, and edwards25519 has
// a table of its multiples: several times faster than the ladder.
func multiplyBase(out, scalar *[32]byte) {
	s := scalarOf(scalar)
	copy(out[:], new(point).ScalarBaseMult(s).BytesMontgomery())
	wipeScalar(s)
}

// encodeBase sets out to the encoding of scalar times the base point.
func encodeBase(out, scalar *[32]byte) {
	s := scalarOf(scalar)
	copy(out[:], new(point).ScalarBaseMult(s).Bytes())
	wipeScalar(s)
}

// reduce sets out to the number modulo the order of the base point.
func reduce(out *[32]byte, number *[64]byte) {
	s, err := new(edwards25519.Scalar).SetUniformBytes(number[:])
	if err != nil {
		panic(err) // not reached: it is about the length
	}
	copy(out[:], s.Bytes())
	wipeScalar(s)
}

// multiplyAdd sets out to a b + c modulo the order of the base point.
func multiplyAdd(out, a, b, c *[32]byte) {
	x, y, z := scalarOf(a), scalarOf(b), scalarOf(c)
	x.MultiplyAdd(x, y, z)
	copy(out[:], x.Bytes())
	wipeScalar(x)
	wipeScalar(y)
	wipeScalar(z)
}

// scalarOf returns the scalar of 32 bytes, which need not be reduced.
func scalarOf(b *[32]byte) *edwards25519.Scalar {
	var wide [64]byte
	copy(wide[:], b[:])
	s, err := new(edwards25519.Scalar).SetUniformBytes(wide[:])
	if err != nil {
		panic(err) // not reached: it is about the length
	}
	secret.Wipe(wide[:])
	return s
}

//go:noinline
func wipeScalar(s *edwards25519.Scalar) { *s = edwards25519.Scalar{} }

// setDecoded sets p to the point of an encoding, canonical or not, and reports
// whether there is one.
func setDecoded(p *point, encoded *[32]byte) bool {
	_, err := p.SetBytes(encoded[:])
	return err == nil
}

// ofSmallOrder reports whether the order of p divides the cofactor 8.
func ofSmallOrder(p *point) bool {
	eightfold := new(point).MultByCofactor(p)
	return eightfold.Equal(edwards25519.NewIdentityPoint()) == 1
}

// repeated is a point that may be multiplied again and again. edwards25519 has
// no use for that.
type repeated struct{ point }

// setDifference sets r to s times the base point minus k times a, and encoded
// to its encoding. It takes variable time.
func setDifference(r *point, encoded, s, k *[32]byte, a *repeated) {
	negative := new(point).Negate(&a.point)
	r.VarTimeDoubleScalarBaseMult(scalarOf(k), negative, scalarOf(s))
	copy(encoded[:], r.Bytes())
}
