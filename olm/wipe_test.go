package olm_test

import (
	"fmt"
	"testing"

	"github.com/mudpuppy-e2ee/mudpuppy/internal/olmstate"
	"github.com/mudpuppy-e2ee/mudpuppy/internal/secret"
	"github.com/mudpuppy-e2ee/mudpuppy/olm"
)

// secrets are the bytes of secrets where they lie in memory, by name.
type secrets map[string][]byte

func (s secrets) add(name string, box secret.Box[[32]byte]) { s[name] = box.Array()[:] }

func sessionSecrets(s *olmstate.Session) secrets {
	r := &s.Ratchet
	found := make(secrets)
	found.add("root key", r.Root)
	if r.Sender != nil {
		found.add("ratchet key", r.Sender.RatchetKey.Private)
		found.add("sender chain", r.Sender.Chain.Key)
	}
	for i := range r.Receivers {
		found.add(fmt.Sprint("receiver chain ", i), r.Receivers[i].Chain.Key)
	}
	for i := range r.Skipped {
		found.add(fmt.Sprint("skipped key ", i), r.Skipped[i].Key)
	}
	return found
}

func accountSecrets(a *olmstate.Account) secrets {
	found := secrets{"signing key": a.SigningKey.Expanded.Array()[:]}
	found.add("identity key", a.IdentityKey.Private)
	for i := range a.OneTimeKeys {
		found.add(fmt.Sprint("one-time key ", i), a.OneTimeKeys[i].Key.Private)
	}
	if a.Fallback != nil {
		found.add("fallback key", a.Fallback.Key.Private)
	}
	if a.PreviousFallback != nil {
		found.add("previous fallback key", a.PreviousFallback.Key.Private)
	}
	return found
}

// overwritten checks that the named secrets, all if none is named, are zero,
// and that the others are not.
func (s secrets) overwritten(t *testing.T, when string, names ...string) {
	t.Helper()
	wiped := make(map[string]bool)
	for _, name := range names {
		wiped[name] = true
		if s[name] == nil {
			t.Errorf("%s: there is no %s", when, name)
		}
	}
	for name, b := range s {
		zero := true
		for _, v := range b {
			zero = zero && v == 0
		}
		if want := wiped[name] || len(names) == 0; zero != want {
			t.Errorf("%s: the %s is overwritten: %v", when, name, zero)
		}
	}
}

func TestT9WipeLeavesNoSecrets(t *testing.T) {
	p := answered(t, olm.Version1)
	encrypt(t, p.aliceSession, "lost")
	deliver(t, p.aliceSession, p.bobSession, "arrives")
	encrypt(t, p.bobSession, "so that he has a sender chain")
	session := sessionSecrets(p.bobSession.State())
	if len(session) != 6 { // of two chains that he receives, and one skipped key
		t.Errorf("%d secrets in the session", len(session))
	}
	p.bobSession.Wipe()
	session.overwritten(t, "wiped session")

	generate(t, p.bob, 2)
	p.bob.GenerateFallbackKey()
	p.bob.GenerateFallbackKey()
	account := accountSecrets(p.bob.State())
	if len(account) != 6 {
		t.Errorf("%d secrets in the account", len(account))
	}
	p.bob.Wipe()
	account.overwritten(t, "wiped account")
}

// T9: a key that is used up, and the one that another takes the place of, does
// not wait for the garbage collector. Forward secrecy ends where they lie.
func TestT9UsedKeysAreOverwritten(t *testing.T) {
	p := newPair(t, olm.Version1)
	late := encrypt(t, p.aliceSession, "late")
	before := sessionSecrets(p.bobSession.State())
	deliver(t, p.aliceSession, p.bobSession, "overtakes")
	before.overwritten(t, "message of a known chain", "receiver chain 0")

	before = sessionSecrets(p.bobSession.State())
	decrypt(t, p.bobSession, late, "late")
	before.overwritten(t, "late message", "skipped key 0")

	before = sessionSecrets(p.bobSession.State())
	deliver(t, p.bobSession, p.aliceSession, "begins a sender chain")
	before.overwritten(t, "first message of a sender chain", "root key")

	before = sessionSecrets(p.bobSession.State())
	deliver(t, p.aliceSession, p.bobSession, "begins a receiver chain")
	before.overwritten(t, "message of a new chain", "root key", "ratchet key", "sender chain")

	session := outbound(t, p.alice, p.bob, olm.Version1)
	account := accountSecrets(p.bob.State())
	if _, _, err := p.bob.NewInboundSession(p.alice.Curve25519Key(), encrypt(t, session, "hello"), olm.Version1); err != nil {
		t.Fatal(err)
	}
	account.overwritten(t, "pre-key message", "one-time key 0")
}

func TestT9DroppedKeysAreOverwritten(t *testing.T) {
	p := answered(t, olm.Version1)
	for range olm.MaxSkippedKeys {
		encrypt(t, p.aliceSession, "lost")
	}
	deliver(t, p.aliceSession, p.bobSession, "arrives")
	encrypt(t, p.aliceSession, "lost as well")
	before := sessionSecrets(p.bobSession.State())
	deliver(t, p.aliceSession, p.bobSession, "arrives")
	oldest := fmt.Sprint("skipped key ", olm.MaxSkippedKeys-1)
	before.overwritten(t, "one skipped key too many", "receiver chain 0", oldest)

	p = answered(t, olm.Version1)
	for len(p.bobSession.State().Ratchet.Receivers) < olm.MaxReceiverChains {
		deliver(t, p.aliceSession, p.bobSession, "begins a chain")
		deliver(t, p.bobSession, p.aliceSession, "so that she steps")
	}
	before = sessionSecrets(p.bobSession.State())
	deliver(t, p.aliceSession, p.bobSession, "begins one chain too many")
	before.overwritten(t, "one chain too many", "root key", "ratchet key", "sender chain",
		fmt.Sprint("receiver chain ", olm.MaxReceiverChains-1))

	a := olm.NewAccount()
	generate(t, a, 2)
	keys := accountSecrets(a.State())
	if _, err := a.SetOneTimeKeyLimit(1); err != nil {
		t.Fatal(err)
	}
	keys.overwritten(t, "one one-time key too many", "one-time key 0")
	a.GenerateFallbackKey()
	a.GenerateFallbackKey()
	keys = accountSecrets(a.State())
	a.GenerateFallbackKey()
	keys.overwritten(t, "third fallback key", "previous fallback key")
	keys = accountSecrets(a.State())
	a.ForgetFallbackKey()
	keys.overwritten(t, "forgotten fallback key", "previous fallback key")
}
