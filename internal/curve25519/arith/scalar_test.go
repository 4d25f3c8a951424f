package arith

import (
	"math/big"
	"testing"

	"filippo.io/edwards25519"

	"github.com/mudpuppy-e2ee/mudpuppy/internal/testrand"
)

// groupOrder is L.
var groupOrder, _ = new(big.Int).SetString("7237005577332262213973186563042994240857116359379907606001950938285454250989", 10)

func TestScalarConstants(t *testing.T) {
	value := func(words []uint32) *big.Int {
		sum := new(big.Int)
		for i, w := range words {
			sum.Add(sum, new(big.Int).Lsh(number(int64(w)), uint(32*i)))
		}
		return sum
	}
	if got := value(order[:]); got.Cmp(groupOrder) != 0 {
		t.Errorf("order %v", got)
	}
	want := new(big.Int).Lsh(number(1), 512)
	rest := new(big.Int)
	want.DivMod(want, groupOrder, rest)
	if got := value(reciprocal[:]); got.Cmp(want) != 0 {
		t.Errorf("reciprocal %v", got)
	}
	if rest.Mul(rest, number(100)).Cmp(new(big.Int).Mul(groupOrder, number(23))) >= 0 {
		t.Error("one subtraction is not proven to be enough")
	}
}

// wideNumbers are numbers of 512 bits at which reduction is decided.
func wideNumbers() (numbers [][64]byte) {
	limit := new(big.Int).Lsh(number(1), 512)
	last := new(big.Int).Div(limit, groupOrder)
	var near []*big.Int
	for _, n := range []int64{0, 1, 2, 3, 8, 1 << 32} {
		near = append(near, new(big.Int).Mul(groupOrder, number(n)))
		near = append(near, new(big.Int).Mul(groupOrder, new(big.Int).Sub(last, number(n))))
	}
	for _, bits := range []uint{32, 224, 252, 253, 256, 288, 384, 480, 512} {
		near = append(near, new(big.Int).Lsh(number(1), bits))
	}
	for _, n := range near {
		for i := int64(-3); i <= 3; i++ {
			if m := new(big.Int).Add(n, number(i)); m.Sign() >= 0 && m.Cmp(limit) < 0 {
				var b [64]byte
				for j, c := range m.Bytes() {
					b[len(m.Bytes())-1-j] = c
				}
				numbers = append(numbers, b)
			}
		}
	}
	return numbers
}

func TestReduceAtEdges(t *testing.T) {
	r := testrand.New(t)
	numbers := wideNumbers()
	for range testrand.Count(t, 500) {
		numbers = append(numbers, [64]byte(testrand.Bytes(r, 64)))
	}
	for _, n := range numbers {
		want := toBig(n[:])
		want.Mod(want, groupOrder)
		var got [32]byte
		if Reduce(&got, &n); got != fromBig(want) {
			t.Errorf("%x: got %x, want %x", n, got, fromBig(want))
		}
		peer, err := new(edwards25519.Scalar).SetUniformBytes(n[:])
		if err != nil || got != [32]byte(peer.Bytes()) {
			t.Errorf("%x: got %x, edwards25519 has %x", n, got, peer.Bytes())
		}
	}
}

func TestMultiplyAddAtEdges(t *testing.T) {
	r := testrand.New(t)
	scalars := [][32]byte{}
	for _, n := range []*big.Int{number(0), groupOrder, new(big.Int).Lsh(number(1), 252), new(big.Int).Lsh(number(1), 255), new(big.Int).Lsh(number(1), 256)} {
		for i := int64(-2); i <= 2; i++ {
			if m := new(big.Int).Add(n, number(i)); m.Sign() >= 0 && m.BitLen() <= 256 {
				scalars = append(scalars, fromBig(m))
			}
		}
	}
	for range testrand.Count(t, 10) {
		scalars = append(scalars, [32]byte(testrand.Bytes(r, 32)))
	}
	for _, a := range scalars {
		for _, b := range scalars {
			for _, c := range scalars {
				want := new(big.Int).Mul(toBig(a[:]), toBig(b[:]))
				want.Add(want, toBig(c[:])).Mod(want, groupOrder)
				var got [32]byte
				if MultiplyAdd(&got, &a, &b, &c); got != fromBig(want) {
					t.Fatalf("%x %x + %x: got %x, want %x", a, b, c, got, fromBig(want))
				}
				x, y, z := a, b, c
				MultiplyAdd(&x, &x, &b, &c)
				MultiplyAdd(&y, &a, &y, &c)
				MultiplyAdd(&z, &a, &b, &z)
				if x != got || y != got || z != got {
					t.Fatalf("%x %x + %x into an argument: got %x, %x, %x, want %x", a, b, c, x, y, z, got)
				}
			}
		}
	}
}
