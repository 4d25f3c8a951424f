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
	var out [32]byte
	b.Run("keying", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			h := NewHMAC256(key)
			h.Sum(&out, msg)
			h.Wipe()
		}
	})
	b.Run("byte", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			h := NewHMAC256(key)
			h.SumByte(&out, 1)
			h.Wipe()
		}
	})
	b.Run("keyed", func(b *testing.B) {
		h := NewHMAC256(key)
		for b.Loop() {
			h.Sum(&out, msg)
		}
	})
}

// BenchmarkHKDF256 derives the keys of a Megolm message.
func BenchmarkHKDF256(b *testing.B) {
	ikm, info := make([]byte, 128), []byte("MEGOLM_KEYS")
	var out [80]byte
	b.ReportAllocs()
	for b.Loop() {
		HKDF256(out[:], ikm, nil, info)
	}
}
