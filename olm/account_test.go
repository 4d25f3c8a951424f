package olm_test

import (
	"bytes"
	"errors"
	"math"
	"testing"

	"github.com/mudpuppy-e2ee/mudpuppy/keys"
	"github.com/mudpuppy-e2ee/mudpuppy/olm"
)

func TestSign(t *testing.T) {
	a := olm.NewAccount()
	signature := a.Sign([]byte("message"))
	if err := a.Ed25519Key().Verify([]byte("message"), signature); err != nil {
		t.Error(err)
	}
	if err := a.Ed25519Key().Verify([]byte("massage"), signature); !errors.Is(err, keys.ErrSignature) {
		t.Errorf("another message: %v", err)
	}
	if err := olm.NewAccount().Ed25519Key().Verify([]byte("message"), signature); !errors.Is(err, keys.ErrSignature) {
		t.Errorf("another key: %v", err)
	}
	if ids := a.IdentityKeys(); ids.Curve25519 != a.Curve25519Key() || ids.Ed25519 != a.Ed25519Key() {
		t.Error("IdentityKeys differ from the single ones")
	}
}

func TestOneTimeKeysArePublishedOnce(t *testing.T) {
	a := olm.NewAccount()
	if len(a.OneTimeKeys()) != 0 || a.OneTimeKeyCount() != 0 {
		t.Error("a new account has one-time keys")
	}
	generate(t, a, 3)
	list := a.OneTimeKeys()
	if len(list) != 3 || list[0].ID != "AAAAAQ" || list[2].ID != "AAAAAw" {
		t.Errorf("%v", list)
	}
	if n := a.MarkKeysAsPublished(); n != 3 {
		t.Errorf("marked %d", n)
	}
	if n := a.MarkKeysAsPublished(); n != 0 || len(a.OneTimeKeys()) != 0 || a.OneTimeKeyCount() != 3 {
		t.Errorf("marked %d again", n)
	}
	generate(t, a, 1)
	if again := a.OneTimeKeys(); len(again) != 1 || again[0].ID != "AAAABA" {
		t.Errorf("%v", again)
	}
	if !a.RemoveOneTimeKey(list[1].Key) || a.RemoveOneTimeKey(list[1].Key) || a.OneTimeKeyCount() != 3 {
		t.Error("a key is removed once")
	}
}

func generate(t testing.TB, a *olm.Account, n int) []olm.OneTimeKey {
	t.Helper()
	dropped, err := a.GenerateOneTimeKeys(n)
	if err != nil {
		t.Fatal(err)
	}
	return dropped
}

func TestOldestOneTimeKeysAreDropped(t *testing.T) {
	a := olm.NewAccount()
	if _, err := a.SetOneTimeKeyLimit(10); err != nil {
		t.Fatal(err)
	}
	generate(t, a, 8)
	oldest := a.OneTimeKeys()[:3]
	dropped := generate(t, a, 5)
	if len(dropped) != 3 || dropped[0] != oldest[0] || dropped[2] != oldest[2] {
		t.Errorf("dropped %v, want %v", dropped, oldest)
	}
	if list := a.OneTimeKeys(); len(list) != 10 || list[0].ID != "AAAABA" {
		t.Errorf("%v", list)
	}
	dropped, err := a.SetOneTimeKeyLimit(4)
	if err != nil || len(dropped) != 6 || dropped[0].ID != "AAAABA" || a.OneTimeKeyCount() != 4 {
		t.Errorf("%d keys, dropped %v, %v", a.OneTimeKeyCount(), dropped, err)
	}
}

func TestFiveThousandOneTimeKeysAreKept(t *testing.T) {
	a := olm.NewAccount()
	generate(t, a, olm.MaxOneTimeKeys)
	first := a.OneTimeKeys()[0]
	if dropped := generate(t, a, 1); len(dropped) != 1 || dropped[0] != first {
		t.Errorf("dropped %v", dropped)
	}
	if a.OneTimeKeyCount() != olm.MaxOneTimeKeys {
		t.Errorf("%d keys", a.OneTimeKeyCount())
	}
	var key [32]byte
	sealed, err := a.Pickle(&key)
	if err != nil || len(sealed) > olm.MaxPickleLen/2 {
		t.Errorf("%d bytes, %v", len(sealed), err)
	}
	if _, err := olm.UnpickleAccount(sealed, &key); err != nil {
		t.Error(err)
	}
}

func TestKeyCountIsBounded(t *testing.T) {
	a := olm.NewAccount()
	for _, n := range []int{-1, olm.MaxOneTimeKeys + 1, math.MaxInt32} {
		if _, err := a.GenerateOneTimeKeys(n); !errors.Is(err, olm.ErrKeyCount) {
			t.Errorf("generating %d: %v", n, err)
		}
	}
	for _, n := range []int{-1, 0, olm.MaxOneTimeKeys + 1} {
		if _, err := a.SetOneTimeKeyLimit(n); !errors.Is(err, olm.ErrKeyCount) {
			t.Errorf("limit %d: %v", n, err)
		}
	}
	if a.OneTimeKeyCount() != 0 {
		t.Error("keys were made")
	}
}

func TestT14BadPreKeyMessageDoesNotBurnTheKey(t *testing.T) {
	versions(t, func(t *testing.T, v olm.Version) {
		alice, bob := olm.NewAccount(), olm.NewAccount()
		m := encrypt(t, outbound(t, alice, bob, v), "hello")
		before := bob.State().MarshalPickle()
		for bit := range 8 * len(m.Body) {
			altered := bytes.Clone(m.Body)
			altered[bit/8] ^= 1 << (bit % 8)
			bad := olm.Message{Type: olm.PreKey, Body: altered}
			from := alice.Curve25519Key()
			if k, err := bad.SessionKeys(); err == nil {
				from = k.IdentityKey // whoever the message says it is from
			}
			if _, plaintext, err := bob.NewInboundSession(from, bad, v); err == nil {
				t.Fatalf("bit %d altered, decrypted %q", bit, plaintext)
			}
		}
		for n := range m.Body {
			if _, _, err := bob.NewInboundSession(alice.Curve25519Key(), olm.Message{Type: olm.PreKey, Body: m.Body[:n]}, v); err == nil {
				t.Fatalf("%d of %d bytes were accepted", n, len(m.Body))
			}
		}
		if !bytes.Equal(before, bob.State().MarshalPickle()) {
			t.Fatal("the account changed")
		}
		if _, plaintext, err := bob.NewInboundSession(alice.Curve25519Key(), m, v); err != nil || string(plaintext) != "hello" {
			t.Errorf("the genuine message: %q, %v", plaintext, err)
		}
	})
}

func TestT15OneTimeKeyIsUsedOnce(t *testing.T) {
	alice, bob, eve := olm.NewAccount(), olm.NewAccount(), olm.NewAccount()
	key := newOneTimeKey(t, bob).Key
	messages := make(map[*olm.Account]olm.Message)
	for _, from := range []*olm.Account{alice, eve} {
		session, err := from.NewOutboundSession(bob.Curve25519Key(), key, olm.Version1)
		if err != nil {
			t.Fatal(err)
		}
		messages[from] = encrypt(t, session, "hello")
	}
	if _, _, err := bob.NewInboundSession(alice.Curve25519Key(), messages[alice], olm.Version1); err != nil {
		t.Fatal(err)
	}
	for _, from := range []*olm.Account{alice, eve} {
		if _, _, err := bob.NewInboundSession(from.Curve25519Key(), messages[from], olm.Version1); !errors.Is(err, olm.ErrUnknownOneTimeKey) {
			t.Errorf("second use: %v", err)
		}
	}
}

func TestT15FallbackKeysCycle(t *testing.T) {
	bob := olm.NewAccount()
	if _, ok := bob.FallbackKey(); ok || bob.ForgetFallbackKey() {
		t.Error("a new account has a fallback key")
	}
	var messages []olm.Message
	alice := olm.NewAccount()
	try := func(m olm.Message) error {
		_, _, err := bob.NewInboundSession(alice.Curve25519Key(), m, olm.Version1)
		return err
	}
	for range 3 {
		bob.GenerateFallbackKey()
		key, ok := bob.FallbackKey()
		if !ok {
			t.Fatal("no unpublished fallback key")
		}
		bob.MarkKeysAsPublished()
		if _, ok := bob.FallbackKey(); ok {
			t.Error("the fallback key is published and offered again")
		}
		session, err := alice.NewOutboundSession(bob.Curve25519Key(), key.Key, olm.Version1)
		if err != nil {
			t.Fatal(err)
		}
		messages = append(messages, encrypt(t, session, "hello"))
		if bob.RemoveOneTimeKey(key.Key) {
			t.Error("a fallback key was removed as a one-time key")
		}
	}
	for range 2 { // fallback keys stay
		if try(messages[2]) != nil || try(messages[1]) != nil {
			t.Error("current and previous fallback key must work")
		}
	}
	if err := try(messages[0]); !errors.Is(err, olm.ErrUnknownOneTimeKey) {
		t.Errorf("the fallback key before the previous: %v", err)
	}
	if !bob.ForgetFallbackKey() || bob.ForgetFallbackKey() {
		t.Error("the previous key is forgotten once")
	}
	if err := try(messages[1]); !errors.Is(err, olm.ErrUnknownOneTimeKey) {
		t.Errorf("the forgotten key: %v", err)
	}
	if err := try(messages[2]); err != nil {
		t.Errorf("the current key: %v", err)
	}
}

func TestIdentityKeyOfAPreKeyMessageIsChecked(t *testing.T) {
	alice, bob := olm.NewAccount(), olm.NewAccount()
	m := encrypt(t, outbound(t, alice, bob, olm.Version1), "hello")
	if _, _, err := bob.NewInboundSession(olm.NewAccount().Curve25519Key(), m, olm.Version1); !errors.Is(err, olm.ErrIdentityKey) {
		t.Errorf("%v", err)
	}
}
