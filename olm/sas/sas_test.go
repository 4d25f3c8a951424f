package sas

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/mudpuppy-e2ee/mudpuppy/internal/curve25519"
	"github.com/mudpuppy-e2ee/mudpuppy/internal/testrand"
	"github.com/mudpuppy-e2ee/mudpuppy/internal/vectors"
	"github.com/mudpuppy-e2ee/mudpuppy/keys"
)

// newPair returns both sides of a run, ready to compare.
func newPair(t *testing.T) (alice, bob *SAS) {
	t.Helper()
	alice, bob = New(), New()
	setKey(t, alice, bob.PublicKey())
	setKey(t, bob, alice.PublicKey())
	return alice, bob
}

// calls makes every call that needs the shared secret.
func calls(s *SAS) map[string]error {
	errs := make(map[string]error)
	_, errs["Bytes"] = s.Bytes("info", 6)
	_, errs["Emoji"] = s.Emoji("info")
	_, errs["Decimals"] = s.Decimals("info")
	_, errs["MAC"] = s.MAC(HKDFHMACSHA256V2, "input", "info")
	errs["VerifyMAC"] = s.VerifyMAC(HKDFHMACSHA256V2, "input", "info", "mac")
	return errs
}

func TestTheirKeyIsNeeded(t *testing.T) {
	s := New()
	for name, err := range calls(s) {
		if !errors.Is(err, ErrTheirKeyNotSet) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if s.TheirKeySet() {
		t.Error("TheirKeySet is true")
	}
}

// TestTheirKeyIsSetOnce gives a man in the middle no second guess.
func TestTheirKeyIsSetOnce(t *testing.T) {
	alice, bob := newPair(t)
	if !alice.TheirKeySet() {
		t.Error("TheirKeySet is false")
	}
	before, _ := alice.Bytes("info", 32)
	for _, key := range []keys.Curve25519PublicKey{bob.PublicKey(), New().PublicKey(), {}} {
		if err := alice.SetTheirKey(key); !errors.Is(err, ErrTheirKeySet) {
			t.Errorf("key %s: %v", key, err)
		}
	}
	if after, _ := alice.Bytes("info", 32); string(after) != string(before) {
		t.Error("the shared secret was changed")
	}
}

// TestT5LowOrderKeyIsRefused takes its points from the vectors of X25519: those
// with a shared secret of zero.
func TestT5LowOrderKeyIsRefused(t *testing.T) {
	points := make(map[keys.Curve25519PublicKey]bool)
	for _, c := range vectors.Load[struct {
		Public vectors.Hex `json:"public_hex"`
		Shared vectors.Hex `json:"shared_hex"`
	}](t, "wycheproof/x25519.json") {
		if [32]byte(c.Shared) == [32]byte{} {
			points[keys.Curve25519PublicKey(c.Public)] = true
		}
	}
	if len(points) < 7 {
		t.Fatalf("only %d points", len(points))
	}
	alice, bob := New(), New()
	for point := range points {
		private := *alice.keys.Private.Array()
		if err := alice.SetTheirKey(point); !errors.Is(err, ErrWeakKey) {
			t.Errorf("%x: %v", point, err)
		}
		if alice.TheirKeySet() || *alice.keys.Private.Array() != private {
			t.Errorf("%x: the SAS was changed", point)
		}
	}
	setKey(t, alice, bob.PublicKey())
	setKey(t, bob, alice.PublicKey())
	a, _ := alice.Bytes("info", 6)
	if b, _ := bob.Bytes("info", 6); string(a) != string(b) {
		t.Error("the sides differ after weak keys were refused")
	}
}

func TestBytesLength(t *testing.T) {
	alice, bob := newPair(t)
	longest, err := alice.Bytes("info", MaxBytes)
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range []int{0, 1, 31, 32, 33, MaxBytes - 1, MaxBytes} {
		if b, err := bob.Bytes("info", n); err != nil || string(b) != string(longest[:n]) {
			t.Errorf("%d bytes: got %d, %v", n, len(b), err)
		}
	}
	for _, n := range []int{-1, MaxBytes + 1, 1 << 30, -1 << 31} {
		if b, err := alice.Bytes("info", n); !errors.Is(err, ErrLength) || b != nil {
			t.Errorf("%d bytes: got %d, %v", n, len(b), err)
		}
	}
}

func TestStringsAgreeOnBothSidesOnly(t *testing.T) {
	for range testrand.Count(t, 20) {
		alice, bob := newPair(t)
		eve, _ := newPair(t)
		a, _ := alice.Emoji("info")
		if b, _ := bob.Emoji("info"); a != b {
			t.Errorf("the emoji differ: %v, %v", a, b)
		}
		d, _ := alice.Decimals("info")
		if e, _ := bob.Decimals("info"); d != e {
			t.Errorf("the decimals differ: %v, %v", d, e)
		}
		// Of 42 bits, with 20 tries, a match is one in 2^37.
		if b, _ := bob.Emoji("another info"); a == b {
			t.Error("the info changes nothing")
		}
		if b, _ := eve.Emoji("info"); a == b {
			t.Error("the keys change nothing")
		}
	}
}

func TestT9WipeLeavesNoSecrets(t *testing.T) {
	s := New()
	public, private := s.PublicKey(), s.keys.Private.Array()
	setKey(t, s, New().PublicKey())
	if *private != [32]byte{} {
		t.Error("the private key is kept beside the shared secret")
	}
	shared := s.shared.Array()
	if *shared == [32]byte{} {
		t.Error("no shared secret")
	}
	s.Wipe()
	if *shared != [32]byte{} {
		t.Error("Wipe left the shared secret")
	}

	early := New()
	private = early.keys.Private.Array()
	early.Wipe()
	if *private != [32]byte{} {
		t.Error("Wipe left the private key")
	}
	if s.PublicKey() != public {
		t.Error("Wipe changed the public key")
	}
	for _, wiped := range []*SAS{s, early, {}} {
		errs := calls(wiped)
		errs["SetTheirKey"] = wiped.SetTheirKey(New().PublicKey())
		for name, err := range errs {
			if !errors.Is(err, ErrWiped) {
				t.Errorf("%s: %v", name, err)
			}
		}
		wiped.Wipe()
	}
}

func TestFromKeyPair(t *testing.T) {
	pair := curve25519.GenerateKeyPair()
	bob := New()
	for range 2 { // as package libolm sets another key
		own := pair.Clone()
		alice := FromKeyPair(&own)
		if alice.PublicKey() != pair.Public {
			t.Fatal("another public key")
		}
		setKey(t, alice, bob.PublicKey())
		alice.Wipe()
	}
	if pair.Private.IsZero() {
		t.Error("the pair that was cloned is gone")
	}
}

func TestSecretsDoNotPrint(t *testing.T) {
	s := New()
	list := func(b *[32]byte) string { return strings.Trim(fmt.Sprint(*b), "[]") }
	if strings.Contains(fmt.Sprintf("%+v", s), list(s.keys.Private.Array())) {
		t.Error("the private key was printed")
	}
	setKey(t, s, New().PublicKey())
	if strings.Contains(fmt.Sprintf("%+v", s), list(s.shared.Array())) {
		t.Error("the shared secret was printed")
	}
}

// TestFork makes two SAS with the same key pair, each for another peer.
func TestFork(t *testing.T) {
	alice := New()
	for range 2 {
		fork, err := alice.Fork()
		if err != nil {
			t.Fatal(err)
		}
		if fork.PublicKey() != alice.PublicKey() {
			t.Fatal("another key pair")
		}
		bob := New()
		if err := errors.Join(fork.SetTheirKey(bob.PublicKey()), bob.SetTheirKey(alice.PublicKey())); err != nil {
			t.Fatal(err)
		}
		ours, err := fork.Bytes("info", 6)
		theirs, bobErr := bob.Bytes("info", 6)
		if err := errors.Join(err, bobErr); err != nil || !bytes.Equal(ours, theirs) {
			t.Error("the sides differ: ", err)
		}
		if _, err := fork.Fork(); !errors.Is(err, ErrTheirKeySet) {
			t.Error("a fork whose private key is used up: ", err)
		}
		fork.Wipe()
	}
	alice.Wipe()
	if _, err := alice.Fork(); !errors.Is(err, ErrWiped) {
		t.Error("a fork of what was wiped: ", err)
	}
}
