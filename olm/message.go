package olm

import (
	"github.com/mudpuppy-e2ee/mudpuppy/internal/base64"
	"github.com/mudpuppy-e2ee/mudpuppy/internal/olmstate"
	"github.com/mudpuppy-e2ee/mudpuppy/internal/wire"
	"github.com/mudpuppy-e2ee/mudpuppy/keys"
)

// MessageType tells the two types of messages apart, as the field "type" of
// the ciphertext in m.room.encrypted does.
type MessageType int

const (
	// PreKey messages carry the keys from which the receiver makes its side
	// of the session. All are of this type until the peer has answered.
	PreKey MessageType = 0
	// Normal messages need an existing session.
	Normal MessageType = 1
)

// String returns the type as a word.
func (t MessageType) String() string {
	switch t {
	case PreKey:
		return "pre-key"
	case Normal:
		return "normal"
	}
	return "unknown"
}

// Message is an encrypted message.
type Message struct {
	Type MessageType
	Body []byte
}

// ParseMessage reads a message as it stands in the ciphertext of
// m.room.encrypted: its type, and its body in unpadded base64. It returns
// [ErrFormat] for an unknown type and for what is not canonical base64.
func ParseMessage(messageType int, body string) (Message, error) {
	if t := MessageType(messageType); t == PreKey || t == Normal {
		if b, err := base64.Decode(body); err == nil {
			return Message{t, b}, nil
		}
	}
	return Message{}, ErrFormat
}

// Base64 returns the body in unpadded base64, as it stands in the ciphertext
// of m.room.encrypted.
func (m Message) Base64() string { return base64.Encode(m.Body) }

// SessionKeys returns the public keys in a pre-key message, unauthenticated:
// good for finding the session, not for knowing the sender. It returns
// [ErrFormat] for a normal message.
func (m Message) SessionKeys() (SessionKeys, error) {
	k, err := m.preKey()
	if err != nil {
		return SessionKeys{}, err
	}
	return SessionKeys{k.IdentityKey, k.BaseKey, k.OneTimeKey}, nil
}

func (m Message) preKey() (wire.PreKeyMessage, error) {
	if m.Type != PreKey {
		return wire.PreKeyMessage{}, ErrFormat
	}
	return wire.DecodePreKey(m.Body)
}

// normal returns the normal message, which a pre-key message has inside.
func (m Message) normal() ([]byte, error) {
	switch m.Type {
	case Normal:
		return m.Body, nil
	case PreKey:
		k, err := m.preKey()
		return k.Message, err
	}
	return nil, ErrFormat
}

// SessionKeys are the public keys that make a session.
type SessionKeys struct {
	IdentityKey keys.Curve25519PublicKey // of the side that sends first
	BaseKey     keys.Curve25519PublicKey // of the side that sends first, made for this session
	OneTimeKey  keys.Curve25519PublicKey // of the other side
}

// SessionID returns the id of the session: SHA-256 over the three keys, in
// unpadded base64.
func (k SessionKeys) SessionID() string {
	s := olmstate.Session{IdentityKey: k.IdentityKey, BaseKey: k.BaseKey, OneTimeKey: k.OneTimeKey}
	id := s.ID()
	return base64.Encode(id[:])
}
