package aes

import "testing"

var benchKey, benchIV = [32]byte{1}, [BlockSize]byte{2}

func BenchmarkNew(b *testing.B) {
	for b.Loop() {
		New(&benchKey)
	}
}

// A message brings its own key, so the schedule belongs to encryption.
func BenchmarkEncryptCBC1KiBWithNew(b *testing.B) {
	buf := make([]byte, 1024)
	b.SetBytes(int64(len(buf)))
	for b.Loop() {
		c := New(&benchKey)
		c.EncryptCBC(buf, buf, &benchIV)
		c.Wipe()
	}
}

func benchmark(b *testing.B, f func(c *Cipher, dst, src []byte, iv *[BlockSize]byte)) {
	c := New(&benchKey)
	dst, src := make([]byte, 1024), make([]byte, 1024)
	iv := benchIV
	b.SetBytes(int64(len(src)))
	for b.Loop() {
		f(c, dst, src, &iv)
	}
}

func BenchmarkEncryptCBC1KiB(b *testing.B) { benchmark(b, (*Cipher).EncryptCBC) }
func BenchmarkDecryptCBC1KiB(b *testing.B) { benchmark(b, (*Cipher).DecryptCBC) }
func BenchmarkCTR1KiB(b *testing.B)        { benchmark(b, (*Cipher).CTR) }
