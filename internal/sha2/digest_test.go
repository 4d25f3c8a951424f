package sha2

import (
	"bytes"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/hex"
	"math/rand/v2"
	"testing"

	"github.com/mudpuppy-e2ee/mudpuppy/internal/testrand"
)

// Known answers of FIPS 180-4.
var (
	abc256 = unhex("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
	abc512 = unhex("ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a" +
		"2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f")
)

func unhex(s string) []byte {
	b, err := hex.DecodeString(s)
	if err != nil {
		panic(err)
	}
	return b
}

func TestKnownDigests(t *testing.T) {
	million := bytes.Repeat([]byte("a"), 1_000_000)
	for _, c := range []struct {
		name    string
		message []byte
		want256 []byte
		want512 []byte
	}{
		{"abc", []byte("abc"), abc256, abc512},
		{
			"a million times a", million,
			unhex("cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"),
			unhex("e718483d0ce769644e2e42c7bc15b4638e1f98b13b2044285632a803afa973eb" +
				"de0ff244877ea60a4cb0432ce577c31beb009c5c2c49aa2e4eadb217ad8cc09b"),
		},
	} {
		if got := Sum256(c.message); !bytes.Equal(got[:], c.want256) {
			t.Errorf("SHA-256 of %s: got %x, want %x", c.name, got, c.want256)
		}
		if got := Sum512(c.message); !bytes.Equal(got[:], c.want512) {
			t.Errorf("SHA-512 of %s: got %x, want %x", c.name, got, c.want512)
		}
	}
}

func TestEveryLengthAgainstStd(t *testing.T) {
	r := testrand.New(t)
	for n := range 401 {
		b := testrand.Bytes(r, n)
		if got, want := Sum256(b), sha256.Sum256(b); got != want {
			t.Fatalf("SHA-256 of %d bytes: got %x, want %x", n, got, want)
		}
		if got, want := Sum512(b), sha512.Sum512(b); got != want {
			t.Fatalf("SHA-512 of %d bytes: got %x, want %x", n, got, want)
		}
	}
}

func TestPartsAreConcatenated(t *testing.T) {
	r := testrand.New(t)
	if got, want := Sum512Parts(), sha512.Sum512(nil); got != want {
		t.Fatalf("no parts: got %x, want %x", got, want)
	}
	for range testrand.Count(t, 200) {
		b := testrand.Bytes(r, r.IntN(600))
		parts := split(r, b)
		if got, want := Sum512Parts(parts...), sha512.Sum512(b); got != want {
			t.Fatalf("%d bytes in %d parts: got %x, want %x", len(b), len(parts), got, want)
		}
	}
}

// split cuts b into a random number of parts, some of them empty.
func split(r *rand.Rand, b []byte) [][]byte {
	var parts [][]byte
	for len(b) > 0 {
		n := r.IntN(len(b) + 1)
		parts = append(parts, b[:n])
		b = b[n:]
	}
	return append(parts, nil)
}
