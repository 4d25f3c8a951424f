package olm_test

import (
	"bytes"
	"errors"
	"testing"

	"github.com/mudpuppy-e2ee/mudpuppy/olm"
)

// pair is two devices with a session between them. Alice's is outbound; Bob's
// is made by her first message, which has been delivered.
type pair struct {
	alice, bob               *olm.Account
	aliceSession, bobSession *olm.Session
}

func newPair(t testing.TB, v olm.Version) *pair {
	t.Helper()
	p := &pair{alice: olm.NewAccount(), bob: olm.NewAccount()}
	p.aliceSession = outbound(t, p.alice, p.bob, v)
	first := encrypt(t, p.aliceSession, "first")
	session, plaintext, err := p.bob.NewInboundSession(p.alice.Curve25519Key(), first, v)
	if err != nil || string(plaintext) != "first" {
		t.Fatalf("inbound session: %q, %v", plaintext, err)
	}
	p.bobSession = session
	return p
}

// answered is a pair in which Bob has answered, so that all messages are
// normal ones.
func answered(t testing.TB, v olm.Version) *pair {
	t.Helper()
	p := newPair(t, v)
	deliver(t, p.bobSession, p.aliceSession, "answer")
	return p
}

// outbound makes a session from one account to a new one-time key of another.
func outbound(t testing.TB, from, to *olm.Account, v olm.Version) *olm.Session {
	t.Helper()
	session, err := from.NewOutboundSession(to.Curve25519Key(), newOneTimeKey(t, to).Key, v)
	if err != nil {
		t.Fatal(err)
	}
	return session
}

func newOneTimeKey(t testing.TB, a *olm.Account) olm.OneTimeKey {
	t.Helper()
	if _, err := a.GenerateOneTimeKeys(1); err != nil {
		t.Fatal(err)
	}
	key := a.OneTimeKeys()[0]
	a.MarkKeysAsPublished()
	return key
}

func encrypt(t testing.TB, s *olm.Session, plaintext string) olm.Message {
	t.Helper()
	m, err := s.Encrypt([]byte(plaintext))
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func decrypt(t testing.TB, s *olm.Session, m olm.Message, want string) {
	t.Helper()
	got, err := s.Decrypt(m)
	if err != nil || string(got) != want {
		t.Fatalf("decrypted %q, %v; want %q", got, err, want)
	}
}

func deliver(t testing.TB, from, to *olm.Session, plaintext string) {
	t.Helper()
	decrypt(t, to, encrypt(t, from, plaintext), plaintext)
}

// refuse checks that a message is refused with the wanted error, any if nil,
// and that the session is bit for bit what it was.
func refuse(t testing.TB, s *olm.Session, m olm.Message, want error) {
	t.Helper()
	before := s.State().MarshalPickle()
	plaintext, err := s.Decrypt(m)
	if err == nil || want != nil && !errors.Is(err, want) {
		t.Fatalf("decrypted %q, %v; want %v", plaintext, err, want)
	}
	if !bytes.Equal(before, s.State().MarshalPickle()) {
		t.Fatalf("the session changed, though decrypting failed: %v", err)
	}
}

// copySession returns a copy of a session, as a thief of its pickle has.
func copySession(t testing.TB, s *olm.Session) *olm.Session {
	t.Helper()
	var key [32]byte
	sealed, err := s.Pickle(&key)
	if err != nil {
		t.Fatal(err)
	}
	copied, err := olm.UnpickleSession(sealed, &key)
	if err != nil {
		t.Fatal(err)
	}
	return copied
}

// versions runs a test for both versions of messages.
func versions(t *testing.T, test func(t *testing.T, v olm.Version)) {
	t.Run("version 1", func(t *testing.T) { test(t, olm.Version1) })
	t.Run("version 2", func(t *testing.T) { test(t, olm.Version2) })
}
