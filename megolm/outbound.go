package megolm

import (
	"github.com/mudpuppy-e2ee/mudpuppy/internal/base64"
	"github.com/mudpuppy-e2ee/mudpuppy/internal/megolmstate"
	"github.com/mudpuppy-e2ee/mudpuppy/internal/pickle"
	"github.com/mudpuppy-e2ee/mudpuppy/internal/secret"
)

// OutboundSession encrypts the messages of one sender to a group.
type OutboundSession struct {
	state megolmstate.Outbound
}

// NewOutboundSession makes a session at index 0. It panics for an unknown
// version, and if the platform gives no randomness, as crypto/rand does.
func NewOutboundSession(v Version) *OutboundSession {
	if !v.Valid() {
		panic("megolm: unknown version")
	}
	return &OutboundSession{*megolmstate.NewOutbound(v)}
}

// SessionID returns the session id: the public signing key of the session in
// unpadded base64.
func (s *OutboundSession) SessionID() string { return base64.Encode(s.state.SigningKey.Public[:]) }

// Version returns the version of the session's messages.
func (s *OutboundSession) Version() Version { return s.state.Version }

// MessageIndex returns the index of the next message.
func (s *OutboundSession) MessageIndex() uint32 { return s.state.Ratchet.Index }

// SessionKey returns the key with which others decrypt the messages from the
// present index on, for each of them over Olm. It returns [ErrWiped] after
// Wipe.
func (s *OutboundSession) SessionKey() (SessionKey, error) {
	if s.state.Wiped() {
		return SessionKey{}, ErrWiped
	}
	return SessionKey{secret.Take(s.state.SessionKey())}, nil
}

// Encrypt encrypts the next message of any length and signs it. Save the
// pickle before the message leaves: an index must not be used twice. It
// returns [ErrWiped] after Wipe.
func (s *OutboundSession) Encrypt(plaintext []byte) (Message, error) {
	if s.state.Wiped() {
		return nil, ErrWiped
	}
	return s.state.Encrypt(plaintext), nil
}

const outboundKind = "megolm outbound session"

// Pickle returns the session sealed under a key, to be stored.
func (s *OutboundSession) Pickle(key *[32]byte) ([]byte, error) {
	if s.state.Wiped() {
		return nil, ErrWiped
	}
	return pickle.Seal(key, outboundKind, s.state.MarshalPickle()), nil
}

// UnpickleOutboundSession opens what [OutboundSession.Pickle] sealed. It
// returns [ErrPickleKey], [ErrPickleVersion] or [ErrPickleCorrupted].
func UnpickleOutboundSession(sealed []byte, key *[32]byte) (*OutboundSession, error) {
	plaintext, err := pickle.Open(key, outboundKind, sealed)
	if err != nil {
		return nil, err
	}
	defer secret.Wipe(plaintext)
	state, err := megolmstate.UnmarshalOutbound(plaintext)
	if err != nil {
		return nil, err
	}
	return &OutboundSession{*state}, nil
}

// Wipe overwrites the secrets of the session in memory; what is public stays. Calls
// that can fail then return [ErrWiped], as those of the zero value do.
func (s *OutboundSession) Wipe() {
	s.state.Wipe()
}

// State gives out the state of the session, private keys and all. It is for the
// other packages of this module: its type is internal.
func (s *OutboundSession) State() *megolmstate.Outbound { return &s.state }

// OutboundFromState is the inverse of [OutboundSession.State], for the other packages of this
// module. The state must not be used otherwise any more.
func OutboundFromState(state *megolmstate.Outbound) *OutboundSession {
	return &OutboundSession{*state}
}
