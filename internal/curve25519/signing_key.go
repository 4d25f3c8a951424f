package curve25519

import (
	"filippo.io/edwards25519"

	"github.com/mudpuppy-e2ee/mudpuppy/internal/random"
	"github.com/mudpuppy-e2ee/mudpuppy/internal/secret"
	"github.com/mudpuppy-e2ee/mudpuppy/internal/sha2"
)

// SigningKey is an Ed25519 key that signs. Expanded is the clamped scalar
// followed by the prefix from which nonces are made (RFC 8032, section 5.1.5),
// the form that libolm stores.
type SigningKey struct {
	Public   [32]byte
	Expanded secret.Box[[64]byte]
}

// GenerateSigningKey draws a new signing key.
func GenerateSigningKey() SigningKey {
	var seed [32]byte
	random.Fill(seed[:])
	k := NewSigningKey(&seed)
	secret.Wipe(seed[:])
	return k
}

// NewSigningKey returns the signing key of a seed, the private key of RFC 8032.
func NewSigningKey(seed *[32]byte) SigningKey {
	expanded := sha2.Sum512(seed[:])
	clamp((*[32]byte)(expanded[:32]))
	k := SigningKeyFromExpanded(&expanded)
	secret.Wipe(expanded[:])
	return k
}

// SigningKeyFromExpanded returns the signing key of an expanded key, which it
// copies. It computes the public key, and nobody may supply one: signing one
// message under two public keys would give the private key away.
func SigningKeyFromExpanded(expanded *[64]byte) SigningKey {
	k := SigningKey{Expanded: secret.Of(expanded)}
	copy(k.Public[:], multiplyBase((*[32]byte)(expanded[:32])).Bytes())
	return k
}

// Sign returns the signature of message. It is deterministic: the same key and
// message give the same signature.
func (k *SigningKey) Sign(message []byte) (signature [64]byte) {
	expanded := k.Expanded.Array()

	nonce := sha2.Sum512Parts(expanded[32:], message)
	r := reducedScalar(&nonce)
	secret.Wipe(nonce[:])
	point := new(edwards25519.Point).ScalarBaseMult(r)
	copy(signature[:32], point.Bytes())

	challenge := sha2.Sum512Parts(signature[:32], k.Public[:], message)
	s := clampedScalar((*[32]byte)(expanded[:32]))
	s.MultiplyAdd(reducedScalar(&challenge), s, r)
	copy(signature[32:], s.Bytes())

	wipeScalar(s)
	wipeScalar(r)
	return signature
}

// Clone returns a copy that does not share the expanded key.
func (k *SigningKey) Clone() SigningKey {
	return SigningKey{Public: k.Public, Expanded: k.Expanded.Clone()}
}

// Wipe overwrites the expanded key. The key must not be used after it.
func (k *SigningKey) Wipe() { k.Expanded.Wipe() }

// reducedScalar returns the scalar of a SHA-512 digest.
func reducedScalar(digest *[64]byte) *edwards25519.Scalar {
	s, err := new(edwards25519.Scalar).SetUniformBytes(digest[:])
	if err != nil {
		panic(err) // not reached: it is about the length
	}
	return s
}
