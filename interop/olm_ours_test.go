package interop

import (
	"testing"

	"github.com/mudpuppy-e2ee/mudpuppy/keys"
	"github.com/mudpuppy-e2ee/mudpuppy/libolm"
	"github.com/mudpuppy-e2ee/mudpuppy/olm"
)

// libolmKeyLimit is how many one-time keys a libolm account keeps.
const libolmKeyLimit = 100

// ourOlm is package olm, with pickles in libolm's form.
type ourOlm struct{ t testing.TB }

func (l ourOlm) newAccount() account {
	a := olm.NewAccount()
	l.limit(a)
	return ourAccount{l.t, a}
}

// limit makes an account drop keys when libolm does.
func (l ourOlm) limit(a *olm.Account) {
	l.t.Helper()
	if _, err := a.SetOneTimeKeyLimit(libolmKeyLimit); err != nil {
		l.t.Fatal(err)
	}
}

func (l ourOlm) unpickleAccount(pickle string, key []byte) (account, error) {
	a, err := libolm.UnpickleAccount(pickle, key)
	if err != nil {
		return nil, err
	}
	l.limit(a)
	return ourAccount{l.t, a}, nil
}

func (l ourOlm) unpickleSession(pickle string, key []byte) (session, error) {
	s, err := libolm.UnpickleSession(pickle, key)
	if err != nil {
		return nil, err
	}
	return ourSession{l.t, s}, nil
}

type ourAccount struct {
	t testing.TB
	*olm.Account
}

func (a ourAccount) identityKeys() identityKeys {
	return identityKeys{a.Curve25519Key().String(), a.Ed25519Key().String()}
}

func (a ourAccount) sign(message string) string { return a.Sign([]byte(message)).String() }

func (a ourAccount) generateOneTimeKeys(n int) {
	a.t.Helper()
	if _, err := a.GenerateOneTimeKeys(n); err != nil {
		a.t.Fatal(err)
	}
}

func (a ourAccount) oneTimeKeys() map[string]string {
	list := map[string]string{}
	for _, k := range a.OneTimeKeys() {
		list[k.ID] = k.Key.String()
	}
	return list
}

func (a ourAccount) markPublished() { a.MarkKeysAsPublished() }

func (a ourAccount) generateFallbackKey() { a.GenerateFallbackKey() }

func (a ourAccount) fallbackKey() map[string]string {
	k, ok := a.FallbackKey()
	if !ok {
		return map[string]string{}
	}
	return map[string]string{k.ID: k.Key.String()}
}

func (a ourAccount) forgetFallbackKey() { a.ForgetFallbackKey() }

func (a ourAccount) outbound(identityKey, oneTimeKey string) (session, error) {
	identity, err := keys.ParseCurve25519(identityKey)
	if err != nil {
		return nil, err
	}
	oneTime, err := keys.ParseCurve25519(oneTimeKey)
	if err != nil {
		return nil, err
	}
	s, err := a.NewOutboundSession(identity, oneTime, olm.Version1)
	if err != nil {
		return nil, err
	}
	return ourSession{a.t, s}, nil
}

func (a ourAccount) inbound(identityKey string, m message) (session, string, error) {
	identity, err := keys.ParseCurve25519(identityKey)
	if err != nil {
		return nil, "", err
	}
	parsed, err := olm.ParseMessage(m.Type, m.Body)
	if err != nil {
		return nil, "", err
	}
	s, plaintext, err := a.NewInboundSession(identity, parsed, olm.Version1)
	if err != nil {
		return nil, "", err
	}
	return ourSession{a.t, s}, string(plaintext), nil
}

func (a ourAccount) pickle(key []byte) string {
	a.t.Helper()
	return mustPickle(a.t)(libolm.PickleAccount(a.Account, key))
}

type ourSession struct {
	t testing.TB
	*olm.Session
}

func (s ourSession) id() string { return s.ID() }

func (s ourSession) hasReceived() bool { return s.HasReceivedMessage() }

func (s ourSession) matches(identityKey string, m message) bool {
	identity, err := keys.ParseCurve25519(identityKey)
	if err != nil {
		return false
	}
	parsed, err := olm.ParseMessage(m.Type, m.Body)
	return err == nil && s.MatchesInboundFrom(identity, parsed)
}

func (s ourSession) encrypt(plaintext string) message {
	s.t.Helper()
	m, err := s.Encrypt([]byte(plaintext))
	if err != nil {
		s.t.Fatal("our session does not encrypt: ", err)
	}
	return message{int(m.Type), m.Base64()}
}

func (s ourSession) decrypt(m message) (string, error) {
	parsed, err := olm.ParseMessage(m.Type, m.Body)
	if err != nil {
		return "", err
	}
	plaintext, err := s.Decrypt(parsed)
	return string(plaintext), err
}

func (s ourSession) pickle(key []byte) string {
	s.t.Helper()
	return mustPickle(s.t)(libolm.PickleSession(s.Session, key))
}

// mustPickle checks the error of a function that pickles.
func mustPickle(t testing.TB) func(pickle string, err error) string {
	return func(pickle string, err error) string {
		t.Helper()
		if err != nil {
			t.Fatal("our object does not pickle: ", err)
		}
		return pickle
	}
}
