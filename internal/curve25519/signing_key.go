package curve25519

import (
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
// copies. It computes the public key instead of taking one: signing one message
// under two public keys would give the private key away.
func SigningKeyFromExpanded(expanded *[64]byte) SigningKey {
	k := SigningKey{Expanded: secret.Of(expanded)}
	scalar := k.scalar()
	encodeBase(&k.Public, &scalar)
	secret.Wipe(scalar[:])
	return k
}

// RestoreSigningKey returns the signing key whose public key is known, because
// what both were read from is authenticated: pickles of our own. It copies the
// expanded key.
func RestoreSigningKey(public *[32]byte, expanded *[64]byte) SigningKey {
	return SigningKey{Public: *public, Expanded: secret.Of(expanded)}
}

// Sign returns the signature of message. It is deterministic: the same key and
// message give the same signature.
func (k *SigningKey) Sign(message []byte) (signature [64]byte) {
	nonce, challenge := (*[32]byte)(signature[:32]), (*[32]byte)(signature[32:])

	digest := sha2.Sum512Parts(k.Expanded.Array()[32:], message)
	var r [32]byte
	reduce(&r, &digest)
	secret.Wipe(digest[:])
	encodeBase(nonce, &r)

	digest = sha2.Sum512Parts(nonce[:], k.Public[:], message)
	reduce(challenge, &digest)
	scalar := k.scalar()
	multiplyAdd(challenge, challenge, &scalar, &r)

	secret.Wipe(scalar[:])
	secret.Wipe(r[:])
	return signature
}

// scalar returns the clamped scalar, to be wiped by the caller. A hostile
// pickle may hold one that is not clamped.
func (k *SigningKey) scalar() [32]byte {
	scalar := [32]byte(k.Expanded.Array()[:32])
	clamp(&scalar)
	return scalar
}

// Clone returns a copy that does not share the expanded key.
func (k *SigningKey) Clone() SigningKey {
	return SigningKey{Public: k.Public, Expanded: k.Expanded.Clone()}
}

// Wipe overwrites the expanded key. The key must not be used after it.
func (k *SigningKey) Wipe() { k.Expanded.Wipe() }
