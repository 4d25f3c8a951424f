package megolmstate

import "testing"

// BenchmarkAdvanceTo takes 155 steps, as for index 5,000 of a fresh session.
func BenchmarkAdvanceTo(b *testing.B) {
	start := newRatchet(make([]byte, RatchetLen), 0)
	b.ReportAllocs()
	for b.Loop() {
		r := start.Clone()
		r.AdvanceTo(5000)
	}
}
