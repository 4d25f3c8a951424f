package seal

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"testing"

	"github.com/mudpuppy-e2ee/mudpuppy/internal/random"
	"github.com/mudpuppy-e2ee/mudpuppy/internal/testrand"
)

func TestRoundTrip(t *testing.T) {
	r := testrand.New(t)
	for n := range 300 {
		key := [32]byte(testrand.Bytes(r, 32))
		plaintext, associated := testrand.Bytes(r, n), testrand.Bytes(r, r.IntN(100))
		before := bytes.Clone(plaintext)
		sealed := Seal(&key, plaintext, associated)
		if len(sealed) != n+Overhead {
			t.Fatalf("%d bytes became %d", n, len(sealed))
		}
		if !bytes.Equal(plaintext, before) {
			t.Fatal("Seal changed the plaintext")
		}
		got, err := Open(&key, sealed, associated)
		if err != nil || !bytes.Equal(got, plaintext) {
			t.Fatalf("%d bytes: opened %x, %v, want %x", n, got, err, plaintext)
		}
	}
}

// sealWithStd is the format put together from the standard library.
func sealWithStd(t *testing.T, key, iv, plaintext, associated []byte) []byte {
	t.Helper()
	derived, err := hkdf.Key(sha256.New, key, nil, "mudpuppy seal v1", 64)
	if err != nil {
		t.Fatal(err)
	}
	block, err := aes.NewCipher(derived[:32])
	if err != nil {
		t.Fatal(err)
	}
	ciphertext := make([]byte, len(plaintext))
	cipher.NewCTR(block, iv).XORKeyStream(ciphertext, plaintext)

	sealed := append(bytes.Clone(iv), ciphertext...)
	mac := hmac.New(sha256.New, derived[32:])
	mac.Write(binary.BigEndian.AppendUint64(nil, uint64(len(associated))))
	mac.Write(associated)
	mac.Write(sealed)
	return mac.Sum(sealed)
}

func TestFormat(t *testing.T) {
	r := testrand.New(t)
	for n := range 100 {
		key := [32]byte(testrand.Bytes(r, 32))
		iv := testrand.Bytes(r, 16)
		plaintext, associated := testrand.Bytes(r, n), testrand.Bytes(r, r.IntN(100))

		restore := random.Replace(bytes.NewReader(iv))
		got := Seal(&key, plaintext, associated)
		restore()
		want := sealWithStd(t, key[:], iv, plaintext, associated)
		if !bytes.Equal(got, want) {
			t.Fatalf("sealed %x, want %x", got, want)
		}
	}
}

// Two seals of the same must not share an IV: CTR would give away both.
func TestIVIsFresh(t *testing.T) {
	key := [32]byte{1}
	seen := map[[16]byte]bool{}
	for range 100 {
		seen[[16]byte(Seal(&key, []byte("the same"), nil))] = true
	}
	if len(seen) != 100 {
		t.Errorf("100 seals have %d IVs", len(seen))
	}
}

// Of IVs that are drawn together none may serve twice, nor may there be too few.
func TestIVsServeOnce(t *testing.T) {
	s := NewSealer(&[32]byte{1})
	defer s.Wipe()
	seen := map[[16]byte]bool{{}: true}
	want := len(seen)
	for n := range 20 {
		ivs := DrawIVs(n)
		for range n + 2 {
			seen[[16]byte(s.Append(ivs, nil, nil, []byte("the same")))] = true
			want++
		}
	}
	if len(seen) != want {
		t.Errorf("%d IVs, with that of zeros, instead of %d", len(seen), want)
	}
}

func refused(t *testing.T, what string, key *[32]byte, sealed, associated []byte) {
	t.Helper()
	got, err := Open(key, sealed, associated)
	if !errors.Is(err, ErrOpen) || got != nil {
		t.Errorf("%s: opened %x, %v", what, got, err)
	}
}

func TestEveryChangeIsRefused(t *testing.T) {
	r := testrand.New(t)
	key := [32]byte(testrand.Bytes(r, 32))
	associated := testrand.Bytes(r, 20)
	for _, n := range []int{0, 1, 16, 70} {
		sealed := Seal(&key, testrand.Bytes(r, n), associated)
		flips(sealed, func(changed []byte) {
			refused(t, "a bit of the sealed data", &key, changed, associated)
		})
		flips(associated, func(changed []byte) {
			refused(t, "a bit of the associated data", &key, sealed, changed)
		})
		flips(key[:], func(changed []byte) {
			refused(t, "a bit of the key", (*[32]byte)(changed), sealed, associated)
		})
		if _, err := Open(&key, sealed, associated); err != nil {
			t.Errorf("unchanged: %v", err)
		}
	}
}

// flips calls try with a copy of b for each of its bits, that bit flipped.
func flips(b []byte, try func(changed []byte)) {
	for bit := range 8 * len(b) {
		changed := bytes.Clone(b)
		changed[bit/8] ^= 1 << (bit % 8)
		try(changed)
	}
}

func TestT6EveryTruncationIsRefused(t *testing.T) {
	key, associated := [32]byte{2}, []byte("table and name")
	sealed := Seal(&key, []byte("some forty bytes of quite plain plaintext"), associated)
	for n := range sealed {
		refused(t, "cut at the end", &key, sealed[:n], associated)
		refused(t, "cut at the start", &key, sealed[n+1:], associated)
	}
	refused(t, "a byte more", &key, append(bytes.Clone(sealed), 0), associated)
}

// A Sealer does what Seal and Open do, as often as asked.
func TestSealer(t *testing.T) {
	r := testrand.New(t)
	key := [32]byte(testrand.Bytes(r, 32))
	s := NewSealer(&key)
	defer s.Wipe()
	for n := range 100 {
		plaintext, associated := testrand.Bytes(r, n), testrand.Bytes(r, r.IntN(50))
		before := testrand.Bytes(r, r.IntN(10))
		at, room := r.IntN(n+1), r.IntN(2)*300

		dst := append(make([]byte, 0, len(before)+room), before...)
		sealed := s.Append(nil, dst, associated, plaintext[:at], nil, plaintext[at:])
		if !bytes.HasPrefix(sealed, before) {
			t.Fatalf("%x was appended to, which gave %x", before, sealed)
		}
		sealed = sealed[len(before):]
		for _, open := range []func(sealed, associated []byte) ([]byte, error){
			s.Open, func(sealed, associated []byte) ([]byte, error) { return Open(&key, sealed, associated) },
		} {
			if got, err := open(sealed, associated); err != nil || !bytes.Equal(got, plaintext) {
				t.Fatalf("opened %x, %v, want %x", got, err, plaintext)
			}
			if _, err := open(sealed[:r.IntN(len(sealed))], associated); !errors.Is(err, ErrOpen) {
				t.Fatalf("cut off: %v", err)
			}
		}
		if got, err := s.Open(Seal(&key, plaintext, associated), associated); err != nil || !bytes.Equal(got, plaintext) {
			t.Fatalf("what Seal sealed: %x, %v", got, err)
		}
	}
}

// The length in front keeps bytes from moving between associated data and IV.
func TestAssociatedDoesNotRunIntoSealed(t *testing.T) {
	key, associated := [32]byte{3}, []byte("an associated text of some length")
	sealed := Seal(&key, []byte("a plaintext"), associated)
	for n := range associated {
		longer := append(bytes.Clone(associated[n:]), sealed...)
		refused(t, "moved into the sealed data", &key, longer, associated[:n])
	}
	for n := 1; n < len(sealed)-Overhead; n++ {
		longer := append(bytes.Clone(associated), sealed[:n]...)
		refused(t, "moved into the associated data", &key, sealed[n:], longer)
	}
}

func BenchmarkSeal1KiB(b *testing.B) {
	key, plaintext := [32]byte{4}, make([]byte, 1024)
	b.SetBytes(int64(len(plaintext)))
	for b.Loop() {
		Seal(&key, plaintext, nil)
	}
}
