// Package olmstate is the state of Olm accounts and sessions: what packages
// olm and libolm, and the bridge to JavaScript, share. Its fields hold secrets
// only as secret.Box.
package olmstate

import (
	"github.com/mudpuppy-e2ee/mudpuppy/internal/curve25519"
	"github.com/mudpuppy-e2ee/mudpuppy/internal/secret"
	"github.com/mudpuppy-e2ee/mudpuppy/internal/sha2"
	"github.com/mudpuppy-e2ee/mudpuppy/internal/wire"
)

// Session is one side of an Olm session. "Initiator" is who sends the first
// message, whichever side that is.
type Session struct {
	Version     wire.Version
	Received    bool     // whether a message was ever decrypted
	IdentityKey [32]byte // the initiator's
	BaseKey     [32]byte // the initiator's
	OneTimeKey  [32]byte // the other side's
	Ratchet     Ratchet
}

// ID is SHA-256(initiator's identity key ‖ base key ‖ one-time key), the same
// on both sides.
func (s *Session) ID() [32]byte {
	var keys [96]byte
	copy(keys[:32], s.IdentityKey[:])
	copy(keys[32:64], s.BaseKey[:])
	copy(keys[64:], s.OneTimeKey[:])
	return sha2.Sum256(keys[:])
}

// NewOutbound makes the session of the initiator from a peer's identity key
// and one-time key.
//
// https://spec.matrix.org/latest/olm-megolm/olm/#initial-setup
func NewOutbound(a *Account, identityKey, oneTimeKey *[32]byte, v wire.Version) (*Session, error) {
	base := curve25519.GenerateKeyPair()
	defer base.Wipe()
	ratchetKey := curve25519.GenerateKeyPair()

	shared, err := tripleDH(
		exchange{&a.IdentityKey, oneTimeKey},
		exchange{&base, identityKey},
		exchange{&base, oneTimeKey},
	)
	if err != nil {
		ratchetKey.Wipe()
		return nil, err
	}
	root, chain := newRatchet(shared)
	return &Session{
		Version:     v,
		IdentityKey: a.IdentityKey.Public,
		BaseKey:     base.Public,
		OneTimeKey:  *oneTimeKey,
		Ratchet:     Ratchet{Root: root, Sender: &SenderChain{ratchetKey, chain}},
	}, nil
}

// NewInbound makes the session of the other side from the keys of a pre-key
// message and the ratchet key of the message inside. Nothing is authenticated
// until a message decrypts, and the account keeps its one-time key.
func NewInbound(a *Account, m *wire.PreKeyMessage, ratchetKey *[32]byte, v wire.Version) (*Session, error) {
	oneTimeKey := a.findKey(&m.OneTimeKey)
	if oneTimeKey == nil {
		return nil, ErrUnknownKey
	}
	shared, err := tripleDH(
		exchange{oneTimeKey, &m.IdentityKey},
		exchange{&a.IdentityKey, &m.BaseKey},
		exchange{oneTimeKey, &m.BaseKey},
	)
	if err != nil {
		return nil, err
	}
	root, chain := newRatchet(shared)
	return &Session{
		Version:     v,
		IdentityKey: m.IdentityKey,
		BaseKey:     m.BaseKey,
		OneTimeKey:  m.OneTimeKey,
		Ratchet:     Ratchet{Root: root, Receivers: []ReceiverChain{{*ratchetKey, chain}}},
	}, nil
}

// exchange is one Diffie-Hellman of the handshake.
type exchange struct {
	ours   *KeyPair
	theirs *[32]byte
}

// tripleDH concatenates the shared secrets of the three exchanges. The caller
// wipes the result.
func tripleDH(exchanges ...exchange) (shared []byte, err error) {
	shared = make([]byte, 32*len(exchanges))
	for i, e := range exchanges {
		if err := e.ours.SharedSecret((*[32]byte)(shared[32*i:]), e.theirs); err != nil {
			secret.Wipe(shared)
			return nil, err
		}
	}
	return shared, nil
}

// Encrypt encrypts a message and says whether it is a pre-key message, as all
// are until the peer has answered.
func (s *Session) Encrypt(plaintext []byte) (message []byte, preKey bool, err error) {
	message, err = s.Ratchet.encrypt(plaintext, s.Version)
	if err != nil || s.Received {
		return message, false, err
	}
	return wire.EncodePreKey(&wire.PreKeyMessage{
		OneTimeKey:  s.OneTimeKey,
		BaseKey:     s.BaseKey,
		IdentityKey: s.IdentityKey,
		Message:     message,
	}), true, nil
}

// Decrypt decrypts a normal message, or the one inside a pre-key message.
func (s *Session) Decrypt(message []byte) ([]byte, error) {
	m, err := wire.DecodeOlm(message, s.Version)
	if err != nil {
		return nil, err
	}
	plaintext, err := s.Ratchet.decrypt(&m)
	if err != nil {
		return nil, err
	}
	s.Received = true
	return plaintext, nil
}

// Matches reports whether a pre-key message belongs to this session.
func (s *Session) Matches(m *wire.PreKeyMessage) bool {
	return m.IdentityKey == s.IdentityKey && m.BaseKey == s.BaseKey && m.OneTimeKey == s.OneTimeKey
}

// Wipe overwrites all secrets; what is public stays.
func (s *Session) Wipe() { s.Ratchet.wipe() }

// Wiped reports whether the session holds no secrets, wiped or never made.
func (s *Session) Wiped() bool { return s.Ratchet.Root.IsZero() }
