package arith

import (
	"testing"

	"filippo.io/edwards25519"
)

func BenchmarkMultiply(b *testing.B) {
	x, y := twiceD, curveD
	for b.Loop() {
		multiply(&x, &x, &y)
	}
}

func BenchmarkSquare100Times(b *testing.B) {
	x := twiceD
	for b.Loop() {
		squareTimes(&x, &x, 100)
	}
}

func BenchmarkInvert(b *testing.B) {
	x := twiceD
	for b.Loop() {
		x.invert(&x)
	}
}

func BenchmarkDouble100Times(b *testing.B) {
	var p Point
	p.setBase()
	for b.Loop() {
		double(&p, 100)
	}
}

func BenchmarkAddChosen(b *testing.B) {
	var p Point
	p.setBase()
	row := &baseRows()[0]
	for b.Loop() {
		addChosen(&p, row, -3)
	}
}

// BenchmarkBaseTable is what the first key costs on top.
func BenchmarkBaseTable(b *testing.B) {
	var rows [32][8]affine
	for b.Loop() {
		makeBaseRows(&rows)
	}
}

func BenchmarkReduce(b *testing.B) {
	number := [64]byte{1, 63: 255}
	var out [32]byte
	for b.Loop() {
		Reduce(&out, &number)
	}
}

func BenchmarkReducePeer(b *testing.B) {
	number := [64]byte{1, 63: 255}
	var s edwards25519.Scalar
	for b.Loop() {
		if _, err := s.SetUniformBytes(number[:]); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkMultiplyAdd(b *testing.B) {
	x, y := [32]byte{1, 31: 15}, [32]byte{2, 31: 15}
	for b.Loop() {
		MultiplyAdd(&x, &x, &y, &y)
	}
}
