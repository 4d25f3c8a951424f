//go:build js

package jsbridge

import (
	"github.com/mudpuppy-e2ee/mudpuppy/internal/base64"
	"github.com/mudpuppy-e2ee/mudpuppy/internal/bridge"
	"github.com/mudpuppy-e2ee/mudpuppy/libolm"
	"github.com/mudpuppy-e2ee/mudpuppy/megolm"
)

// OutboundGroupSession encrypts the messages of one sender to a room. Save the
// pickle after each encrypt, before the message leaves.
type OutboundGroupSession struct{ session *megolm.OutboundSession }

// NewOutboundGroupSession makes a session at index 0.
func NewOutboundGroupSession() *OutboundGroupSession {
	return &OutboundGroupSession{megolm.NewOutboundSession(megolm.Version1)}
}

// UnpickleOutboundGroupSession opens what [OutboundGroupSession.Pickle] sealed.
// It throws ERR_PICKLE_KEY, ERR_PICKLE_VERSION or ERR_PICKLE_CORRUPTED.
func UnpickleOutboundGroupSession(pickle []byte, key *[32]byte) (*OutboundGroupSession, error) {
	s, err := megolm.UnpickleOutboundSession(pickle, key)
	return &OutboundGroupSession{s}, err
}

// UnpickleLibolmOutboundGroupSession opens the pickle of a session that libolm
// wrote, under the key it was given then. It throws ERR_PICKLE_BASE64,
// ERR_PICKLE_KEY, ERR_PICKLE_VERSION, ERR_PICKLE_CORRUPTED or
// ERR_PICKLE_EXTRA_DATA.
func UnpickleLibolmOutboundGroupSession(pickle string, key bridge.Data) (*OutboundGroupSession, error) {
	s, err := libolm.UnpickleOutboundSession(pickle, key)
	return &OutboundGroupSession{s}, err
}

// Pickle returns the session sealed under a key of 32 bytes, to be stored.
func (s *OutboundGroupSession) Pickle(key *[32]byte) ([]byte, error) { return s.session.Pickle(key) }

// PickleLibolm returns the session as a pickle that libolm reads.
func (s *OutboundGroupSession) PickleLibolm(key bridge.Data) (string, error) {
	return libolm.PickleOutboundSession(s.session, key)
}

// SessionID is the session id.
//
//bridge:property
func (s *OutboundGroupSession) SessionID() string { return s.session.SessionID() }

// MessageIndex is the index of the next message.
//
//bridge:property
func (s *OutboundGroupSession) MessageIndex() uint32 { return s.session.MessageIndex() }

// SessionKey returns the key with which others decrypt the messages from the
// present index on, for each of them over Olm: the session_key of m.room_key.
func (s *OutboundGroupSession) SessionKey() (bridge.SecretText, error) {
	key, err := s.session.SessionKey()
	if err != nil {
		return nil, err
	}
	defer key.Wipe()
	return secretBase64(key.Expose()), nil
}

// Encrypt encrypts the next message and signs it.
func (s *OutboundGroupSession) Encrypt(plaintext bridge.Data) (string, error) {
	message, err := s.session.Encrypt(plaintext)
	return base64.Encode(message), err
}

// Wipe overwrites the secrets.
func (s *OutboundGroupSession) Wipe() { s.session.Wipe() }

// InboundGroupSession decrypts the messages of one sender to a room.
type InboundGroupSession struct{ session *megolm.InboundSession }

// GroupMessage is a decrypted message of a room.
type GroupMessage struct {
	Plaintext    []byte // what was encrypted
	MessageIndex uint32 // remember it with the event id, and refuse another event at the same index
}

// NewInboundGroupSession makes a session from a session key. It throws
// ERR_SESSION_KEY or ERR_SIGNATURE.
func NewInboundGroupSession(sessionKey string) (*InboundGroupSession, error) {
	key, err := megolm.ParseSessionKey(sessionKey)
	if err != nil {
		return nil, err
	}
	defer key.Wipe()
	s, err := megolm.NewInboundSession(key, megolm.Version1)
	return &InboundGroupSession{s}, err
}

// ImportInboundGroupSession makes a session from an exported session key, as
// key backups and forwarded keys hold, which nothing vouches for but its
// source. It throws ERR_SESSION_KEY.
func ImportInboundGroupSession(exportedKey string) (*InboundGroupSession, error) {
	key, err := megolm.ParseExportedSessionKey(exportedKey)
	if err != nil {
		return nil, err
	}
	defer key.Wipe()
	s, err := megolm.ImportInboundSession(key, megolm.Version1)
	return &InboundGroupSession{s}, err
}

// UnpickleInboundGroupSession opens what [InboundGroupSession.Pickle] sealed.
// It throws ERR_PICKLE_KEY, ERR_PICKLE_VERSION or ERR_PICKLE_CORRUPTED.
func UnpickleInboundGroupSession(pickle []byte, key *[32]byte) (*InboundGroupSession, error) {
	s, err := megolm.UnpickleInboundSession(pickle, key)
	return &InboundGroupSession{s}, err
}

// UnpickleLibolmInboundGroupSession opens the pickle of a session that libolm
// wrote, under the key it was given then. It throws ERR_PICKLE_BASE64,
// ERR_PICKLE_KEY, ERR_PICKLE_VERSION, ERR_PICKLE_CORRUPTED or
// ERR_PICKLE_EXTRA_DATA.
func UnpickleLibolmInboundGroupSession(pickle string, key bridge.Data) (*InboundGroupSession, error) {
	s, err := libolm.UnpickleInboundSession(pickle, key)
	return &InboundGroupSession{s}, err
}

// Pickle returns the session sealed under a key of 32 bytes, to be stored.
func (s *InboundGroupSession) Pickle(key *[32]byte) ([]byte, error) { return s.session.Pickle(key) }

// PickleLibolm returns the session as a pickle that libolm reads.
func (s *InboundGroupSession) PickleLibolm(key bridge.Data) (string, error) {
	return libolm.PickleInboundSession(s.session, key)
}

// SessionID is the session id.
//
//bridge:property
func (s *InboundGroupSession) SessionID() string { return s.session.SessionID() }

// FirstKnownIndex is the lowest index that the session can decrypt.
//
//bridge:property
func (s *InboundGroupSession) FirstKnownIndex() uint32 { return s.session.FirstKnownIndex() }

// Verified is whether the owner of the session's signing key has ever shown
// that this is their session: by a signed session key, or by a message that
// decrypted. An import is unverified until then.
//
//bridge:property
func (s *InboundGroupSession) Verified() bool { return s.session.Verified() }

// Decrypt decrypts a message. It can do so again and again, so it is for the
// caller to see that an index is not shown twice as two messages.
//
// It throws ERR_FORMAT, ERR_VERSION, ERR_SIGNATURE, ERR_UNKNOWN_INDEX or
// ERR_MAC, and leaves the session as it was.
func (s *InboundGroupSession) Decrypt(message string) (GroupMessage, error) {
	body, err := base64.Decode(message)
	if err != nil {
		return GroupMessage{}, megolm.ErrFormat
	}
	plaintext, index, err := s.session.Decrypt(body)
	return GroupMessage{plaintext, index}, err
}

// ExportAt returns the key of the session from an index on, for key backups and
// for forwarding. It throws ERR_UNKNOWN_INDEX.
func (s *InboundGroupSession) ExportAt(messageIndex uint32) (bridge.SecretText, error) {
	key, err := s.session.ExportAt(messageIndex)
	if err != nil {
		return nil, err
	}
	defer key.Wipe()
	return secretBase64(key.Expose()), nil
}

// Ordering says how one session compares with another: better knows all that
// the other knows and earlier messages too, worse is the opposite, and of
// unconnected sessions neither may take the other's place.
type Ordering string

const (
	Equal       Ordering = "equal"
	Better      Ordering = "better"
	Worse       Ordering = "worse"
	Unconnected Ordering = "unconnected"
)

// Compare says whether this session is equal to, better or worse than another
// one, or unconnected with it.
func (s *InboundGroupSession) Compare(other *InboundGroupSession) Ordering {
	switch s.session.Compare(other.session) {
	case megolm.Equal:
		return Equal
	case megolm.Better:
		return Better
	case megolm.Worse:
		return Worse
	default:
		return Unconnected
	}
}

// Merge returns a new session that knows the messages of both, and is verified
// if either is. It throws ERR_UNCONNECTED.
func (s *InboundGroupSession) Merge(other *InboundGroupSession) (*InboundGroupSession, error) {
	merged, err := s.session.Merge(other.session)
	return &InboundGroupSession{merged}, err
}

// Wipe overwrites the secrets.
func (s *InboundGroupSession) Wipe() { s.session.Wipe() }

// secretBase64 encodes a secret so that the text can be wiped.
func secretBase64(b []byte) bridge.SecretText {
	return base64.AppendEncode(make([]byte, 0, base64.EncodedLen(len(b))), b)
}
