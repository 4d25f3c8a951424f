package interop

import "testing"

// twinMegolm is to Megolm what twinOlm is to Olm.
type twinMegolm struct {
	t            testing.TB
	ours, theirs groupLibrary
}

// newGroupTwins seeds both with the same stream.
func newGroupTwins(t testing.TB, seed uint64) twinMegolm {
	t.Helper()
	seedBoth(t, seed, seed)
	return twinMegolm{t, ourMegolm{t}, libolmMegolm{t}}
}

func (l twinMegolm) newOutbound() outboundGroup {
	l.t.Helper()
	return l.outbound(l.ours.newOutbound(), l.theirs.newOutbound())
}

func (l twinMegolm) outbound(ours, theirs outboundGroup) outboundGroup {
	l.t.Helper()
	s := twinOutbound{l.t, ours, theirs}
	s.compare()
	return s
}

func (l twinMegolm) unpickleOutbound(pickle string, key []byte) (outboundGroup, error) {
	l.t.Helper()
	ours, ourErr := l.ours.unpickleOutbound(pickle, key)
	theirs, theirErr := l.theirs.unpickleOutbound(pickle, key)
	if !sameVerdict(l.t, "unpickle outbound session", ourErr, theirErr) {
		return nil, ourErr
	}
	return l.outbound(ours, theirs), nil
}

func (l twinMegolm) newInbound(sessionKey string) (inboundGroup, error) {
	l.t.Helper()
	return l.inbound("session key", sessionKey, groupLibrary.newInbound)
}

func (l twinMegolm) importInbound(exportedKey string) (inboundGroup, error) {
	l.t.Helper()
	return l.inbound("exported key", exportedKey, groupLibrary.importInbound)
}

func (l twinMegolm) unpickleInbound(pickle string, key []byte) (inboundGroup, error) {
	l.t.Helper()
	return l.inbound("inbound pickle", pickle, func(l groupLibrary, pickle string) (inboundGroup, error) {
		return l.unpickleInbound(pickle, key)
	})
}

// inbound makes a session in any of the ways above.
func (l twinMegolm) inbound(what, text string, make func(groupLibrary, string) (inboundGroup, error)) (inboundGroup, error) {
	l.t.Helper()
	ours, ourErr := make(l.ours, text)
	theirs, theirErr := make(l.theirs, text)
	if theirErr == nil && ourErr != nil && isStricterText(text) {
		return nil, ourErr
	}
	if !sameVerdict(l.t, what, ourErr, theirErr) {
		return nil, ourErr
	}
	s := &twinInbound{l, ours, theirs}
	s.compare()
	return s, nil
}

type twinOutbound struct {
	t            testing.TB
	ours, theirs outboundGroup
}

// compare compares the states.
func (s twinOutbound) compare() {
	s.t.Helper()
	same(s.t, "outbound pickle", s.ours.pickle(twinKey), s.theirs.pickle(twinKey))
	same(s.t, "message index", s.ours.index(), s.theirs.index())
}

func (s twinOutbound) id() string { return same(s.t, "session id", s.ours.id(), s.theirs.id()) }

func (s twinOutbound) index() uint32 { return s.ours.index() }

func (s twinOutbound) sessionKey() string {
	return same(s.t, "session key", s.ours.sessionKey(), s.theirs.sessionKey())
}

func (s twinOutbound) encrypt(plaintext string) string {
	s.t.Helper()
	m := same(s.t, "message", s.ours.encrypt(plaintext), s.theirs.encrypt(plaintext))
	s.compare()
	return m
}

func (s twinOutbound) pickle(key []byte) string {
	return same(s.t, "outbound pickle", s.ours.pickle(key), s.theirs.pickle(key))
}

type twinInbound struct {
	library      twinMegolm
	ours, theirs inboundGroup
}

// compare compares the states.
func (s *twinInbound) compare() {
	s.library.t.Helper()
	same(s.library.t, "inbound pickle", s.ours.pickle(twinKey), s.theirs.pickle(twinKey))
	same(s.library.t, "first known index", s.ours.firstIndex(), s.theirs.firstIndex())
}

func (s *twinInbound) id() string {
	return same(s.library.t, "session id", s.ours.id(), s.theirs.id())
}

func (s *twinInbound) firstIndex() uint32 { return s.ours.firstIndex() }

func (s *twinInbound) decrypt(message string) (opened, error) {
	t := s.library.t
	t.Helper()
	ours, ourErr := s.ours.decrypt(message)
	theirs, theirErr := s.theirs.decrypt(message)
	if theirErr == nil && ourErr != nil && (isStricterText(message) || isMessageTooFar(s.firstIndex(), message)) {
		s.restore()
		theirErr = ourErr
	}
	accepted := sameVerdict(t, "decrypt", ourErr, theirErr)
	s.compare()
	if !accepted {
		return opened{}, ourErr
	}
	return same(t, "decrypted", ours, theirs), nil
}

func (s *twinInbound) export(index uint32) (string, error) {
	t := s.library.t
	t.Helper()
	ours, ourErr := s.ours.export(index)
	theirs, theirErr := s.theirs.export(index)
	if theirErr == nil && ourErr != nil && isTooFar(s.firstIndex(), index) {
		s.restore()
		theirErr = ourErr
	}
	accepted := sameVerdict(t, "export", ourErr, theirErr)
	s.compare()
	if !accepted {
		return "", ourErr
	}
	return same(t, "exported key", ours, theirs), nil
}

// restore brings libolm back to our state, when it has taken what we refuse.
func (s *twinInbound) restore() {
	s.library.t.Helper()
	restored, err := s.library.theirs.unpickleInbound(s.ours.pickle(twinKey), twinKey)
	noError(s.library.t, err)
	s.theirs = restored
}

func (s *twinInbound) pickle(key []byte) string {
	return same(s.library.t, "inbound pickle", s.ours.pickle(key), s.theirs.pickle(key))
}
