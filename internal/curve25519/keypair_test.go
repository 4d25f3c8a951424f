package curve25519

import (
	"crypto/ecdh"
	"errors"
	"io"
	"testing"

	"github.com/mudpuppy-e2ee/mudpuppy/internal/random"
	"github.com/mudpuppy-e2ee/mudpuppy/internal/testrand"
)

// TestPublicKeyEqualsTheLadder compares the fixed-base multiplication, which
// makes public keys, with the ladder over the base point and with the standard
// library.
func TestPublicKeyEqualsTheLadder(t *testing.T) {
	r := testrand.New(t)
	privates := [][32]byte{{}, {1}, {7}, {8}, nine, plus([32]byte{}, -1), prime(), {31: 128}, {31: 64}, {31: 127}}
	for range testrand.Count(t, 100) {
		privates = append(privates, [32]byte(testrand.Bytes(r, 32)))
	}
	for _, private := range privates {
		k := NewKeyPair(&private)
		if *k.Private.Array() != private {
			t.Errorf("private key %x is kept as %x", private, *k.Private.Array())
		}
		var ladder [32]byte
		if err := X25519(&ladder, &private, &nine); err != nil {
			t.Fatal(err)
		}
		std, err := ecdh.X25519().NewPrivateKey(private[:])
		if err != nil {
			t.Fatal(err)
		}
		if want := [32]byte(std.PublicKey().Bytes()); k.Public != want || ladder != want {
			t.Errorf("private key %x: got %x, ladder %x, want %x", private, k.Public, ladder, want)
		}
	}
}

func TestGenerateKeyPairDrawsThePrivateKey(t *testing.T) {
	defer random.Replace(testrand.NewStream(1))()
	var drawn [32]byte
	if _, err := io.ReadFull(testrand.NewStream(1), drawn[:]); err != nil {
		t.Fatal(err)
	}
	a, b := GenerateKeyPair(), GenerateKeyPair()
	if *a.Private.Array() != drawn {
		t.Errorf("drawn %x, kept %x", drawn, *a.Private.Array())
	}
	if a.Public != NewKeyPair(&drawn).Public {
		t.Error("the public key does not belong to the private key")
	}
	if a.Public == b.Public {
		t.Error("two key pairs are the same")
	}
}

func TestSharedSecretIsShared(t *testing.T) {
	a, b := GenerateKeyPair(), GenerateKeyPair()
	var ab, ba [32]byte
	if err := a.SharedSecret(&ab, &b.Public); err != nil {
		t.Fatal(err)
	}
	if err := b.SharedSecret(&ba, &a.Public); err != nil {
		t.Fatal(err)
	}
	if ab != ba || ab == [32]byte{} {
		t.Errorf("one has %x, the other %x", ab, ba)
	}
}

func TestT5SharedSecretRefusesEveryLowOrderPoint(t *testing.T) {
	k := GenerateKeyPair()
	public, private := k.Public, *k.Private.Array()
	for _, point := range lowOrderPoints(t) {
		out := [32]byte{1}
		if err := k.SharedSecret(&out, &point); !errors.Is(err, ErrLowOrder) {
			t.Errorf("point %x: error %v", point, err)
		}
		if out != [32]byte{} {
			t.Errorf("point %x: out holds %x", point, out)
		}
	}
	if k.Public != public || *k.Private.Array() != private {
		t.Error("the key pair was changed")
	}
}

func TestKeyPairCloneAndWipe(t *testing.T) {
	k := GenerateKeyPair()
	array, private := k.Private.Array(), *k.Private.Array()
	clone := k.Clone()
	k.Wipe()
	if *array != [32]byte{} || !k.Private.IsZero() {
		t.Error("Wipe left the private key")
	}
	if *clone.Private.Array() != private || clone.Public != k.Public {
		t.Error("wiping the original changed the clone")
	}
}

func TestNewKeyPairCopies(t *testing.T) {
	private := [32]byte{1, 2, 3}
	k := NewKeyPair(&private)
	clear(private[:])
	if *k.Private.Array() != [32]byte{1, 2, 3} {
		t.Error("the private key is shared with the caller's array")
	}
}

// TestPairsAreThoseOfSingleDraws holds the order of randomness: one pair after
// the other, so that a peer with the same randomness makes the same keys.
func TestPairsAreThoseOfSingleDraws(t *testing.T) {
	restore := random.Replace(testrand.NewStream(1))
	pairs := GenerateKeyPairs(3)
	restore()
	defer random.Replace(testrand.NewStream(1))()
	for i, pair := range pairs {
		if single := GenerateKeyPair(); pair.Public != single.Public || *pair.Private.Array() != *single.Private.Array() {
			t.Errorf("pair %d differs", i)
		}
	}
}
