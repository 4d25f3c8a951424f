package curve25519

import "testing"

func TestT4IsBelowOrder(t *testing.T) {
	for n := -300; n <= 300; n++ {
		s := plus(order, n)
		if got := isBelowOrder(&s); got != (n < 0) {
			t.Errorf("order %+d: got %v", n, got)
		}
	}
	for s, want := range map[[32]byte]bool{
		{}:                             true,
		{1}:                            true,
		{31: 0x0f}:                     true,
		{31: 0x10}:                     true,
		{0: 255, 31: 0x0f}:             true,
		{16: 1, 31: 0x10}:              false,
		{31: 0x11}:                     false,
		{31: 0x20}:                     false,
		plus([32]byte{}, -1):           false,
		{15: 0x15, 31: 0x10}:           false,
		{14: 0xdf, 15: 0x14, 31: 0x10}: false,
	} {
		if got := isBelowOrder(&s); got != want {
			t.Errorf("%x: got %v, want %v", s, got, want)
		}
	}
}
