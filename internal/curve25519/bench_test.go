package curve25519

import "testing"

func BenchmarkX25519(b *testing.B) {
	k, point, out := [32]byte{1}, nine, [32]byte{}
	b.ReportAllocs()
	for b.Loop() {
		if err := X25519(&out, &k, &point); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkGenerateKeyPair(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		GenerateKeyPair()
	}
}

func BenchmarkSign(b *testing.B) {
	k, message := NewSigningKey(&[32]byte{1}), make([]byte, 200)
	b.ReportAllocs()
	for b.Loop() {
		k.Sign(message)
	}
}

func BenchmarkVerify(b *testing.B) {
	k, message := NewSigningKey(&[32]byte{1}), make([]byte, 200)
	signature := k.Sign(message)
	b.ReportAllocs()
	for b.Loop() {
		if !Verify(&k.Public, message, &signature) {
			b.Fatal("refused")
		}
	}
}

// BenchmarkVerifyKept verifies with a key that is kept.
func BenchmarkVerifyKept(b *testing.B) {
	k, message := NewSigningKey(&[32]byte{1}), make([]byte, 200)
	signature := k.Sign(message)
	key, ok := NewVerifyKey(&k.Public)
	b.ReportAllocs()
	for b.Loop() {
		if !ok || !key.Verify(message, &signature) {
			b.Fatal("refused")
		}
	}
}
