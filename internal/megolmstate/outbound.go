// Package megolmstate is the state of Megolm sessions: what packages megolm
// and libolm, and the bridge to JavaScript, share. Its fields hold secrets
// only as secret.Box.
package megolmstate

import (
	"github.com/mudpuppy-e2ee/mudpuppy/internal/aessha2"
	"github.com/mudpuppy-e2ee/mudpuppy/internal/curve25519"
	"github.com/mudpuppy-e2ee/mudpuppy/internal/random"
	"github.com/mudpuppy-e2ee/mudpuppy/internal/secret"
	"github.com/mudpuppy-e2ee/mudpuppy/internal/wire"
)

// Outbound is a session that encrypts.
type Outbound struct {
	Version    wire.Version
	Ratchet    Ratchet
	SigningKey curve25519.SigningKey
}

// NewOutbound makes a session at index 0.
func NewOutbound(v wire.Version) *Outbound {
	// The ratchet comes before the signing key, as in libolm.
	data := secret.New[[RatchetLen]byte]()
	random.Fill(data.Array()[:])
	return &Outbound{Version: v, Ratchet: Ratchet{Data: data}, SigningKey: curve25519.GenerateSigningKey()}
}

// Encrypt encrypts and signs a message and advances the ratchet.
func (s *Outbound) Encrypt(plaintext []byte) []byte {
	index := s.Ratchet.Index
	cipher := s.Ratchet.cipher()
	defer cipher.Wipe()
	s.Ratchet.Advance()

	n := aessha2.CiphertextLen(len(plaintext))
	message := make([]byte, 0, wire.MegolmLen(s.Version, index, n))
	message = wire.AppendMegolm(message, s.Version, index, n)
	message = cipher.Append(message, plaintext)
	message = cipher.AppendMAC(message, message, s.Version.MACLen())
	signature := s.SigningKey.Sign(message)
	return append(message, signature[:]...)
}

// Wipe overwrites all secrets; what is public stays.
func (s *Outbound) Wipe() {
	s.Ratchet.Data.Wipe()
	s.SigningKey.Wipe()
}

// Wiped reports whether the session holds no secrets, wiped or never made.
func (s *Outbound) Wiped() bool { return s.Ratchet.Data.IsZero() }
