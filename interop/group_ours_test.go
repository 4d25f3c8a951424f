package interop

import (
	"testing"

	"github.com/mudpuppy-e2ee/mudpuppy/internal/base64"
	"github.com/mudpuppy-e2ee/mudpuppy/libolm"
	"github.com/mudpuppy-e2ee/mudpuppy/megolm"
)

// ourMegolm is package megolm, with pickles in libolm's form.
type ourMegolm struct{ t testing.TB }

func (l ourMegolm) newOutbound() outboundGroup {
	return ourOutbound{l.t, megolm.NewOutboundSession(megolm.Version1)}
}

func (l ourMegolm) newInbound(sessionKey string) (inboundGroup, error) {
	key, err := megolm.ParseSessionKey(sessionKey)
	if err != nil {
		return nil, err
	}
	return l.inbound(megolm.NewInboundSession(key, megolm.Version1))
}

func (l ourMegolm) importInbound(exportedKey string) (inboundGroup, error) {
	key, err := megolm.ParseExportedSessionKey(exportedKey)
	if err != nil {
		return nil, err
	}
	return l.inbound(megolm.ImportInboundSession(key, megolm.Version1))
}

func (l ourMegolm) inbound(s *megolm.InboundSession, err error) (inboundGroup, error) {
	if err != nil {
		return nil, err
	}
	return ourInbound{l.t, s}, nil
}

func (l ourMegolm) unpickleOutbound(pickle string, key []byte) (outboundGroup, error) {
	s, err := libolm.UnpickleOutboundSession(pickle, key)
	if err != nil {
		return nil, err
	}
	return ourOutbound{l.t, s}, nil
}

func (l ourMegolm) unpickleInbound(pickle string, key []byte) (inboundGroup, error) {
	return l.inbound(libolm.UnpickleInboundSession(pickle, key))
}

type ourOutbound struct {
	t testing.TB
	*megolm.OutboundSession
}

func (s ourOutbound) id() string { return s.SessionID() }

func (s ourOutbound) index() uint32 { return s.MessageIndex() }

func (s ourOutbound) sessionKey() string {
	s.t.Helper()
	key, err := s.SessionKey()
	noError(s.t, err)
	return key.Base64()
}

func (s ourOutbound) encrypt(plaintext string) string {
	s.t.Helper()
	m, err := s.Encrypt([]byte(plaintext))
	noError(s.t, err)
	return base64.Encode(m)
}

func (s ourOutbound) pickle(key []byte) string {
	s.t.Helper()
	return mustPickle(s.t)(libolm.PickleOutboundSession(s.OutboundSession, key))
}

type ourInbound struct {
	t testing.TB
	*megolm.InboundSession
}

func (s ourInbound) id() string { return s.SessionID() }

func (s ourInbound) firstIndex() uint32 { return s.FirstKnownIndex() }

func (s ourInbound) decrypt(message string) (opened, error) {
	b, err := base64.Decode(message)
	if err != nil {
		return opened{}, err
	}
	plaintext, index, err := s.Decrypt(b)
	return opened{string(plaintext), index}, err
}

func (s ourInbound) export(index uint32) (string, error) {
	key, err := s.ExportAt(index)
	if err != nil {
		return "", err
	}
	return key.Base64(), nil
}

func (s ourInbound) pickle(key []byte) string {
	s.t.Helper()
	return mustPickle(s.t)(libolm.PickleInboundSession(s.InboundSession, key))
}
