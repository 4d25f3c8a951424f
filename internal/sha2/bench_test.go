package sha2

import (
	"crypto/sha256"
	"crypto/sha512"
	"testing"
)

func BenchmarkSum256(b *testing.B) {
	for _, bm := range []struct {
		name string
		size int
	}{{"64B", 64}, {"32KiB", 32 << 10}} {
		p := make([]byte, bm.size)
		b.Run(bm.name, func(b *testing.B) {
			b.SetBytes(int64(len(p)))
			b.ReportAllocs()
			for b.Loop() {
				Sum256(p)
			}
		})
		b.Run(bm.name+"/go", func(b *testing.B) {
			b.SetBytes(int64(len(p)))
			s := initial256
			for b.Loop() {
				compress256Go(&s, p)
			}
		})
		b.Run(bm.name+"/std", func(b *testing.B) {
			b.SetBytes(int64(len(p)))
			for b.Loop() {
				sha256.Sum256(p)
			}
		})
	}
}

func BenchmarkSum512(b *testing.B) {
	for _, bm := range []struct {
		name string
		size int
	}{{"128B", 128}, {"32KiB", 32 << 10}} {
		p := make([]byte, bm.size)
		b.Run(bm.name, func(b *testing.B) {
			b.SetBytes(int64(len(p)))
			b.ReportAllocs()
			for b.Loop() {
				Sum512(p)
			}
		})
		b.Run(bm.name+"/go", func(b *testing.B) {
			b.SetBytes(int64(len(p)))
			s := initial512
			for b.Loop() {
				compress512Go(&s, p)
			}
		})
		b.Run(bm.name+"/std", func(b *testing.B) {
			b.SetBytes(int64(len(p)))
			for b.Loop() {
				sha512.Sum512(p)
			}
		})
	}
}

func BenchmarkHMAC256(b *testing.B) {
	key, msg := make([]byte, 32), make([]byte, 32)
	b.ReportAllocs()
	for b.Loop() {
		var out [32]byte
		h := NewHMAC256(key)
		h.Sum(&out, msg)
		h.Wipe()
	}
}
