//go:build js

package jsbridge

import (
	"math"

	"github.com/mudpuppy-e2ee/mudpuppy/internal/bridge"
	"github.com/mudpuppy-e2ee/mudpuppy/keys"
	"github.com/mudpuppy-e2ee/mudpuppy/libolm"
	"github.com/mudpuppy-e2ee/mudpuppy/olm"
)

// Session is one side of an encrypted channel between two devices. It is made
// by [Account.CreateOutboundSession] or [Account.CreateInboundSession].
//
// It changes with every message. Save the pickle after each encrypt and
// decrypt, before the message leaves or the plaintext is shown.
type Session struct{ session *olm.Session }

// OlmMessage is an encrypted message, as it stands in the ciphertext of
// m.room.encrypted.
type OlmMessage struct {
	Type uint32 // 0 for a pre-key message, 1 for one of an established session
	Body string // in unpadded base64
}

func (m OlmMessage) parse() (olm.Message, error) {
	return olm.ParseMessage(int(min(m.Type, math.MaxInt32)), m.Body)
}

// UnpickleSession opens what [Session.Pickle] sealed. It throws
// ERR_PICKLE_KEY, ERR_PICKLE_VERSION or ERR_PICKLE_CORRUPTED.
func UnpickleSession(pickle []byte, key *[32]byte) (*Session, error) {
	s, err := olm.UnpickleSession(pickle, key)
	return &Session{s}, err
}

// UnpickleLibolmSession opens the pickle of a session that libolm wrote, under
// the key it was given then. It throws ERR_PICKLE_BASE64, ERR_PICKLE_KEY,
// ERR_PICKLE_VERSION, ERR_PICKLE_CORRUPTED or ERR_PICKLE_EXTRA_DATA.
func UnpickleLibolmSession(pickle string, key bridge.Data) (*Session, error) {
	s, err := libolm.UnpickleSession(pickle, key)
	return &Session{s}, err
}

// Pickle returns the session sealed under a key of 32 bytes, to be stored.
func (s *Session) Pickle(key *[32]byte) ([]byte, error) { return s.session.Pickle(key) }

// PickleLibolm returns the session as a pickle that libolm reads.
func (s *Session) PickleLibolm(key bridge.Data) (string, error) {
	return libolm.PickleSession(s.session, key)
}

// SessionID is the session id, which is the same on both sides.
//
//bridge:property
func (s *Session) SessionID() string { return s.session.ID() }

// HasReceivedMessage is whether a message of the peer was ever decrypted.
// Until then every message sent is a pre-key message.
//
//bridge:property
func (s *Session) HasReceivedMessage() bool { return s.session.HasReceivedMessage() }

// Encrypt encrypts the next message. It throws ERR_WEAK_KEY or
// ERR_CHAIN_EXHAUSTED.
func (s *Session) Encrypt(plaintext bridge.Data) (OlmMessage, error) {
	m, err := s.session.Encrypt(plaintext)
	return OlmMessage{uint32(m.Type), m.Base64()}, err
}

// Decrypt decrypts a message. Messages may come late or in another order; each
// can be decrypted once.
//
// It throws ERR_FORMAT, ERR_VERSION, ERR_MAC, ERR_MESSAGE_KEY_GONE,
// ERR_MESSAGE_GAP, ERR_CHAIN_EXHAUSTED or ERR_WEAK_KEY, and leaves the session
// as it was.
func (s *Session) Decrypt(message OlmMessage) ([]byte, error) {
	m, err := message.parse()
	if err != nil {
		return nil, err
	}
	return s.session.Decrypt(m)
}

// MatchesInbound returns whether a pre-key message belongs to this session, so
// that it is this session, not a new one, that must decrypt it.
func (s *Session) MatchesInbound(message OlmMessage) bool {
	m, err := message.parse()
	return err == nil && s.session.MatchesInbound(m)
}

// MatchesInboundFrom is [Session.MatchesInbound] with the sender's identity key
// checked as well. It throws ERR_KEY.
func (s *Session) MatchesInboundFrom(identityKey string, message OlmMessage) (bool, error) {
	identity, err := keys.ParseCurve25519(identityKey)
	if err != nil {
		return false, err
	}
	m, err := message.parse()
	return err == nil && s.session.MatchesInboundFrom(identity, m), nil
}

// Describe returns the counters of the session's chains, and no keys, for
// people who look for the cause of an undecryptable message.
func (s *Session) Describe() string { return s.session.Describe() }

// Wipe overwrites the secrets.
func (s *Session) Wipe() { s.session.Wipe() }
