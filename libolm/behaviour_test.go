package libolm

import (
	"errors"
	"testing"

	"github.com/mudpuppy-e2ee/mudpuppy/keys"
	"github.com/mudpuppy-e2ee/mudpuppy/olm"
)

// newPreKeyMessage returns two accounts, and a message from the one to the
// other under a one-time or a fallback key.
func newPreKeyMessage(t *testing.T, fallback bool) (alice, bob *olm.Account, m olm.Message) {
	t.Helper()
	alice, bob = olm.NewAccount(), olm.NewAccount()
	if _, err := bob.GenerateOneTimeKeys(1); err != nil {
		t.Fatal(err)
	}
	key := bob.OneTimeKeys()[0]
	if fallback {
		if err := bob.GenerateFallbackKey(); err != nil {
			t.Fatal(err)
		}
		key, _ = bob.FallbackKey()
	}
	s, err := alice.NewOutboundSession(bob.Curve25519Key(), key.Key, olm.Version1)
	if err != nil {
		t.Fatal(err)
	}
	if m, err = s.Encrypt([]byte("hello")); err != nil {
		t.Fatal(err)
	}
	return alice, bob, m
}

func TestInboundSessionKeepsOneTimeKey(t *testing.T) {
	alice, bob, m := newPreKeyMessage(t, false)
	identity := alice.Curve25519Key()
	for _, key := range []*keys.Curve25519PublicKey{nil, &identity} {
		s, err := NewInboundSession(bob, key, m)
		if err != nil {
			t.Fatal(err)
		}
		if s.HasReceivedMessage() || bob.OneTimeKeyCount() != 1 {
			t.Error("the message is decrypted, or the one-time key gone")
		}
		if plaintext, err := s.Decrypt(m); err != nil || string(plaintext) != "hello" {
			t.Error(string(plaintext), err)
		}
	}
}

func TestInboundSessionRefuses(t *testing.T) {
	alice, bob, m := newPreKeyMessage(t, false)
	other := olm.NewAccount().Curve25519Key()
	altered := func(at int) olm.Message {
		body := append([]byte(nil), m.Body...)
		body[at] ^= 4
		return olm.Message{Type: m.Type, Body: body}
	}
	inner := len(m.Body) - (1 + 34 + 2 + 2 + 16 + 8)
	wiped := olm.NewAccount()
	wiped.Wipe()
	for name, c := range map[string]struct {
		account  *olm.Account
		identity *keys.Curve25519PublicKey
		message  olm.Message
		want     error
	}{
		"a normal message":             {bob, nil, olm.Message{Type: olm.Normal, Body: m.Body}, olm.ErrFormat},
		"another version":              {bob, nil, altered(0), olm.ErrFormat},
		"another version inside":       {bob, nil, altered(inner), olm.ErrVersion},
		"another identity":             {bob, &other, m, olm.ErrIdentityKey},
		"an account without the key":   {alice, nil, m, olm.ErrUnknownOneTimeKey},
		"an account that was wiped":    {wiped, nil, m, olm.ErrWiped},
		"an empty message":             {bob, nil, olm.Message{}, olm.ErrFormat},
		"T5 a base key of small order": {bob, nil, withZeroBaseKey(m), olm.ErrWeakKey},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := NewInboundSession(c.account, c.identity, c.message); !errors.Is(err, c.want) {
				t.Errorf("got %v, want %v", err, c.want)
			}
		})
	}
}

func withZeroBaseKey(m olm.Message) olm.Message {
	const begin = 1 + 34 + 2
	body := append([]byte(nil), m.Body...)
	clear(body[begin : begin+32])
	return olm.Message{Type: m.Type, Body: body}
}

func TestRemoveOneTimeKey(t *testing.T) {
	for _, fallback := range []bool{false, true} {
		_, bob, m := newPreKeyMessage(t, fallback)
		s, err := NewInboundSession(bob, nil, m)
		if err != nil {
			t.Fatal(err)
		}
		if err := RemoveOneTimeKey(bob, s); err != nil {
			t.Error(err)
		}
		if fallback { // which stays, the present one and the previous one
			if err := errors.Join(bob.GenerateFallbackKey(), RemoveOneTimeKey(bob, s)); err != nil {
				t.Error(err)
			}
			if bob.OneTimeKeyCount() != 1 {
				t.Error("another key is gone")
			}
			bob.ForgetFallbackKey()
		}
		if err := RemoveOneTimeKey(bob, s); !errors.Is(err, olm.ErrUnknownOneTimeKey) {
			t.Error("a key that is gone: ", err)
		}
	}
}

func TestFallbackKeyStaysVisible(t *testing.T) {
	a := olm.NewAccount()
	if _, ok := FallbackKey(a); ok {
		t.Error("a fallback key before there is one")
	}
	if err := a.GenerateFallbackKey(); err != nil {
		t.Fatal(err)
	}
	want, _ := a.FallbackKey()
	for range 2 {
		if got, ok := FallbackKey(a); !ok || got != want {
			t.Error("got ", got, ", want ", want)
		}
		a.MarkKeysAsPublished()
	}
}
