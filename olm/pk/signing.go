package pk

import (
	"github.com/mudpuppy-e2ee/mudpuppy/internal/curve25519"
	"github.com/mudpuppy-e2ee/mudpuppy/internal/random"
	"github.com/mudpuppy-e2ee/mudpuppy/internal/secret"
	"github.com/mudpuppy-e2ee/mudpuppy/keys"
)

// Signing signs with a key made from a seed, as the cross-signing keys of
// Matrix are. It has no pickle: the seed is what is stored.
type Signing struct {
	key curve25519.SigningKey
}

// GenerateSeed draws a new seed. It panics if the platform gives no
// randomness, as crypto/rand does.
func GenerateSeed() PrivateKey {
	seed := secret.New[[32]byte]()
	random.Fill(seed.Array()[:])
	return PrivateKey{seed}
}

// NewSigning returns the Signing of a seed, which it does not keep.
func NewSigning(seed *[32]byte) *Signing { return &Signing{curve25519.NewSigningKey(seed)} }

// PublicKey returns the key that verifies the signatures.
func (s *Signing) PublicKey() keys.Ed25519PublicKey { return s.key.Public }

// Sign signs a message. To sign a JSON object, give its canonical form. It
// returns [ErrWiped] after Wipe.
func (s *Signing) Sign(message []byte) (keys.Ed25519Signature, error) {
	if s.key.Expanded.IsZero() {
		return keys.Ed25519Signature{}, ErrWiped
	}
	return s.key.Sign(message), nil
}

// Wipe overwrites the private key in memory. Sign then returns [ErrWiped]; the
// public key stays.
func (s *Signing) Wipe() { s.key.Wipe() }
