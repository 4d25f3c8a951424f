package olm

import (
	"strconv"

	"github.com/mudpuppy-e2ee/mudpuppy/internal/olmstate"
	"github.com/mudpuppy-e2ee/mudpuppy/internal/pickle"
	"github.com/mudpuppy-e2ee/mudpuppy/internal/secret"
	"github.com/mudpuppy-e2ee/mudpuppy/keys"
)

// Session is one side of an encrypted channel between two devices. It is made
// by [Account.NewOutboundSession] or [Account.NewInboundSession].
type Session struct {
	state olmstate.Session
}

// ID returns the session id, which is the same on both sides: SHA-256 over the
// keys that made the session, in unpadded base64.
func (s *Session) ID() string { return s.Keys().SessionID() }

// Keys returns the public keys that made the session.
func (s *Session) Keys() SessionKeys {
	return SessionKeys{s.state.IdentityKey, s.state.BaseKey, s.state.OneTimeKey}
}

// Version returns the version of the session's messages.
func (s *Session) Version() Version { return s.state.Version }

// HasReceivedMessage reports whether a message of the peer was ever decrypted.
// Until then every message sent is a pre-key message.
func (s *Session) HasReceivedMessage() bool { return s.state.Received }

// MatchesInbound reports whether a pre-key message belongs to this session, so
// that it is this session, not a new one, that must decrypt it.
func (s *Session) MatchesInbound(message Message) bool {
	k, err := message.preKey()
	return err == nil && s.state.Matches(&k)
}

// MatchesInboundFrom is MatchesInbound with the sender's identity key checked
// as well.
func (s *Session) MatchesInboundFrom(identityKey keys.Curve25519PublicKey, message Message) bool {
	k, err := message.preKey()
	return err == nil && k.IdentityKey == identityKey && s.state.Matches(&k)
}

// Encrypt encrypts the next message of any length.
//
// It returns [ErrWeakKey] if the peer's ratchet key is weak, [ErrChainExhausted]
// after 2^32−1 messages without an answer, [ErrMAC] in a blank session, which
// libolm pickles before it has made one, and [ErrWiped].
func (s *Session) Encrypt(plaintext []byte) (Message, error) {
	if s.state.Wiped() {
		return Message{}, ErrWiped
	}
	body, preKey, err := s.state.Encrypt(plaintext)
	if err != nil {
		return Message{}, err
	}
	if preKey {
		return Message{PreKey, body}, nil
	}
	return Message{Normal, body}, nil
}

// Decrypt decrypts a message. Messages may come late or in another order,
// within [MaxMessageGap], [MaxSkippedKeys] and [MaxReceiverChains]; each can
// be decrypted once.
//
// It returns [ErrFormat], [ErrVersion], [ErrMAC], [ErrMessageKeyGone],
// [ErrMessageGap], [ErrChainExhausted], [ErrWeakKey] or [ErrWiped], and leaves
// the session as it was.
func (s *Session) Decrypt(message Message) ([]byte, error) {
	if s.state.Wiped() {
		return nil, ErrWiped
	}
	body, err := message.normal()
	if err != nil {
		return nil, err
	}
	return s.state.Decrypt(body)
}

// Describe returns the counters of the session's chains, and no keys, for
// people who look for the cause of an undecryptable message.
func (s *Session) Describe() string {
	if s.state.Wiped() {
		return "wiped"
	}
	r := &s.state.Ratchet
	b := []byte("sender chain index: ")
	if r.Sender != nil {
		b = appendIndex(b, r.Sender.Chain.Index)
	} else {
		b = append(b, "none"...)
	}
	b = append(b, ", receiver chain indices:"...)
	for i := range r.Receivers {
		b = appendIndex(append(b, ' '), r.Receivers[i].Chain.Index)
	}
	b = append(b, ", skipped message keys:"...)
	for i := range r.Skipped {
		b = appendIndex(append(b, ' '), r.Skipped[i].Index)
	}
	return string(b)
}

func appendIndex(b []byte, index uint32) []byte { return strconv.AppendUint(b, uint64(index), 10) }

const sessionKind = "olm session"

// Pickle returns the session sealed under a key, to be stored.
func (s *Session) Pickle(key *[32]byte) ([]byte, error) {
	if s.state.Wiped() {
		return nil, ErrWiped
	}
	return pickle.Seal(key, sessionKind, s.state.MarshalPickle()), nil
}

// UnpickleSession opens what [Session.Pickle] sealed. It returns
// [ErrPickleKey], [ErrPickleVersion] or [ErrPickleCorrupted].
func UnpickleSession(sealed []byte, key *[32]byte) (*Session, error) {
	plaintext, err := pickle.Open(key, sessionKind, sealed)
	if err != nil {
		return nil, err
	}
	defer secret.Wipe(plaintext)
	state, err := olmstate.UnmarshalSession(plaintext)
	if err != nil {
		return nil, err
	}
	return &Session{*state}, nil
}

// Wipe overwrites the secrets of the session in memory; what is public stays. Calls
// that can fail then return [ErrWiped], as those of the zero value do.
func (s *Session) Wipe() {
	s.state.Wipe()
}

// State gives out the state of the session, private keys and all. It is for the
// other packages of this module: its type is internal.
func (s *Session) State() *olmstate.Session { return &s.state }

// SessionFromState is the inverse of [Session.State], for the other packages of this
// module. The state must not be used otherwise any more.
func SessionFromState(state *olmstate.Session) *Session { return &Session{*state} }
