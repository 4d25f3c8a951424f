//go:build wasm || purego

package sha2

import "testing"

// The own form alone promises this: natively it is left to the compiler, which
// keeps the standard library's hash on the stack, but not under -race.
func TestHMACSumDoesNotAllocate(t *testing.T) {
	h256, h512 := NewHMAC256([]byte("key")), NewHMAC512([]byte("key"))
	part := make([]byte, 100)
	var out256 [32]byte
	if n := testing.AllocsPerRun(100, func() { h256.Sum(&out256, part, part) }); n != 0 {
		t.Errorf("HMAC256.Sum: %v allocations", n)
	}
	var out512 [64]byte
	if n := testing.AllocsPerRun(100, func() { h512.Sum(&out512, part, part) }); n != 0 {
		t.Errorf("HMAC512.Sum: %v allocations", n)
	}
}
