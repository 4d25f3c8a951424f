package interop

import (
	"maps"
	"testing"
)

// twinKey is the key under which twins are pickled to be compared.
var twinKey = []byte("twins")

// twinOlm makes each object twice, of Mudpuppy and of libolm. Each call goes to
// both, and the test fails unless their answers and their states, as pickles,
// are the same. For that they must draw the same randomness.
type twinOlm struct {
	t            testing.TB
	ours, theirs olmLibrary
}

// newTwins seeds both with the same stream.
func newTwins(t testing.TB, seed uint64) twinOlm {
	t.Helper()
	seedBoth(t, seed, seed)
	return twinOlm{t, ourOlm{t}, libolmOlm{t}}
}

func (l twinOlm) newAccount() account {
	l.t.Helper()
	return l.account(l.ours.newAccount(), l.theirs.newAccount())
}

func (l twinOlm) account(ours, theirs account) *twinAccount {
	l.t.Helper()
	a := &twinAccount{l, ours, theirs}
	a.compare()
	return a
}

func (l twinOlm) session(ours, theirs session) *twinSession {
	l.t.Helper()
	s := &twinSession{l, ours, theirs}
	s.compare()
	return s
}

func (l twinOlm) unpickleAccount(pickle string, key []byte) (account, error) {
	l.t.Helper()
	ours, ourErr := l.ours.unpickleAccount(pickle, key)
	theirs, theirErr := l.theirs.unpickleAccount(pickle, key)
	if !sameVerdict(l.t, "unpickle account", ourErr, theirErr) {
		return nil, ourErr
	}
	return l.account(ours, theirs), nil
}

func (l twinOlm) unpickleSession(pickle string, key []byte) (session, error) {
	l.t.Helper()
	ours, ourErr := l.ours.unpickleSession(pickle, key)
	theirs, theirErr := l.theirs.unpickleSession(pickle, key)
	if !sameVerdict(l.t, "unpickle session", ourErr, theirErr) {
		return nil, ourErr
	}
	return l.session(ours, theirs), nil
}

type twinAccount struct {
	library      twinOlm
	ours, theirs account
}

// compare compares the states.
func (a *twinAccount) compare() {
	a.library.t.Helper()
	same(a.library.t, "account pickle", a.ours.pickle(twinKey), a.theirs.pickle(twinKey))
}

func (a *twinAccount) identityKeys() identityKeys {
	return same(a.library.t, "identity keys", a.ours.identityKeys(), a.theirs.identityKeys())
}

func (a *twinAccount) sign(message string) string {
	return same(a.library.t, "signature", a.ours.sign(message), a.theirs.sign(message))
}

func (a *twinAccount) both(do func(account)) {
	a.library.t.Helper()
	do(a.ours)
	do(a.theirs)
	a.compare()
}

func (a *twinAccount) generateOneTimeKeys(n int) {
	a.both(func(a account) { a.generateOneTimeKeys(n) })
}

func (a *twinAccount) markPublished() { a.both(account.markPublished) }

func (a *twinAccount) generateFallbackKey() { a.both(account.generateFallbackKey) }

func (a *twinAccount) forgetFallbackKey() { a.both(account.forgetFallbackKey) }

func (a *twinAccount) oneTimeKeys() map[string]string {
	return sameMap(a.library.t, "one-time keys", a.ours.oneTimeKeys(), a.theirs.oneTimeKeys())
}

func (a *twinAccount) fallbackKey() map[string]string {
	return sameMap(a.library.t, "fallback key", a.ours.fallbackKey(), a.theirs.fallbackKey())
}

func (a *twinAccount) outbound(identityKey, oneTimeKey string) (session, error) {
	a.library.t.Helper()
	ours, ourErr := a.ours.outbound(identityKey, oneTimeKey)
	theirs, theirErr := a.theirs.outbound(identityKey, oneTimeKey)
	if !sameVerdict(a.library.t, "outbound session", ourErr, theirErr) {
		return nil, ourErr
	}
	return a.library.session(ours, theirs), nil
}

func (a *twinAccount) inbound(identityKey string, m message) (session, string, error) {
	t := a.library.t
	t.Helper()
	ours, ourPlaintext, ourErr := a.ours.inbound(identityKey, m)
	theirs, theirPlaintext, theirErr := a.theirs.inbound(identityKey, m)
	if theirErr == nil && ourErr != nil && isStricter(m) {
		restored, err := a.library.theirs.unpickleAccount(a.ours.pickle(twinKey), twinKey)
		noError(t, err)
		a.theirs, theirErr = restored, ourErr
	}
	accepted := sameVerdict(t, "inbound session", ourErr, theirErr)
	a.compare()
	if !accepted {
		return nil, "", ourErr
	}
	same(t, "plaintext", ourPlaintext, theirPlaintext)
	return a.library.session(ours, theirs), ourPlaintext, nil
}

func (a *twinAccount) pickle(key []byte) string {
	return same(a.library.t, "account pickle", a.ours.pickle(key), a.theirs.pickle(key))
}

type twinSession struct {
	library      twinOlm
	ours, theirs session
}

// compare compares the states.
func (s *twinSession) compare() {
	s.library.t.Helper()
	same(s.library.t, "session pickle", s.ours.pickle(twinKey), s.theirs.pickle(twinKey))
	same(s.library.t, "has received", s.ours.hasReceived(), s.theirs.hasReceived())
}

func (s *twinSession) id() string {
	return same(s.library.t, "session id", s.ours.id(), s.theirs.id())
}

func (s *twinSession) hasReceived() bool { return s.ours.hasReceived() }

func (s *twinSession) matches(identityKey string, m message) bool {
	s.library.t.Helper()
	ours, theirs := s.ours.matches(identityKey, m), s.theirs.matches(identityKey, m)
	if theirs && !ours && isStricter(m) {
		return false
	}
	return same(s.library.t, "matches", ours, theirs)
}

func (s *twinSession) encrypt(plaintext string) message {
	s.library.t.Helper()
	m := same(s.library.t, "message", s.ours.encrypt(plaintext), s.theirs.encrypt(plaintext))
	s.compare()
	return m
}

func (s *twinSession) decrypt(m message) (string, error) {
	t := s.library.t
	t.Helper()
	ours, ourErr := s.ours.decrypt(m)
	theirs, theirErr := s.theirs.decrypt(m)
	if theirErr == nil && ourErr != nil && isStricter(m) {
		restored, err := s.library.theirs.unpickleSession(s.ours.pickle(twinKey), twinKey)
		noError(t, err)
		s.theirs, theirErr = restored, ourErr
	}
	accepted := sameVerdict(t, "decrypt", ourErr, theirErr)
	s.compare()
	if !accepted {
		return "", ourErr
	}
	return same(t, "plaintext", ours, theirs), nil
}

func (s *twinSession) pickle(key []byte) string {
	return same(s.library.t, "session pickle", s.ours.pickle(key), s.theirs.pickle(key))
}

// same fails the test unless both answers are the same one, and returns it.
func same[T comparable](t testing.TB, what string, ours, theirs T) T {
	t.Helper()
	if ours != theirs {
		t.Fatalf("%s:\nMudpuppy %+v\nlibolm   %+v", what, ours, theirs)
	}
	return ours
}

func sameMap(t testing.TB, what string, ours, theirs map[string]string) map[string]string {
	t.Helper()
	if !maps.Equal(ours, theirs) {
		t.Fatalf("%s:\nMudpuppy %v\nlibolm   %v", what, ours, theirs)
	}
	return ours
}

// sameVerdict fails the test unless both accept or both refuse, and returns
// whether they accept.
func sameVerdict(t testing.TB, what string, ours, theirs error) (accepted bool) {
	t.Helper()
	if (ours == nil) != (theirs == nil) {
		t.Fatalf("%s: the verdicts differ:\nMudpuppy %v\nlibolm   %v", what, verdict(ours), verdict(theirs))
	}
	return ours == nil
}

func verdict(err error) string {
	if err == nil {
		return "accepts"
	}
	return "refuses: " + err.Error()
}

func noError(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
