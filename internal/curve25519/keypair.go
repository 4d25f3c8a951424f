package curve25519

import (
	"github.com/mudpuppy-e2ee/mudpuppy/internal/random"
	"github.com/mudpuppy-e2ee/mudpuppy/internal/secret"
)

// KeyPair is a pair of X25519 keys. The private key is kept as it was drawn,
// which is how libolm pickles hold it, and clamped whenever it is used.
type KeyPair struct {
	Public  [32]byte
	Private secret.Box[[32]byte]
}

// GenerateKeyPair draws a new key pair.
func GenerateKeyPair() KeyPair {
	var private [32]byte
	random.Fill(private[:])
	k := NewKeyPair(&private)
	secret.Wipe(private[:])
	return k
}

// GenerateKeyPairs draws n key pairs. It asks for their randomness at once,
// since in WebAssembly every question to JavaScript takes its time.
func GenerateKeyPairs(n int) []KeyPair {
	private := make([]byte, 32*n)
	random.Fill(private)
	pairs := make([]KeyPair, n)
	for i := range pairs {
		pairs[i] = NewKeyPair((*[32]byte)(private[32*i:]))
	}
	secret.Wipe(private)
	return pairs
}

// NewKeyPair returns the key pair of a private key, which it copies.
func NewKeyPair(private *[32]byte) KeyPair {
	k := KeyPair{Private: secret.Of(private)}
	scalar := *private
	clamp(&scalar)
	multiplyBase(&k.Public, &scalar)
	secret.Wipe(scalar[:])
	return k
}

// SharedSecret sets out to the X25519 shared secret with the owner of the
// public key their. It fails with [ErrLowOrder], and then out is all zero.
func (k *KeyPair) SharedSecret(out, their *[32]byte) error {
	return X25519(out, k.Private.Array(), their)
}

// Clone returns a copy that does not share the private key.
func (k *KeyPair) Clone() KeyPair {
	return KeyPair{Public: k.Public, Private: k.Private.Clone()}
}

// Wipe overwrites the private key. The pair must not be used after it.
func (k *KeyPair) Wipe() { k.Private.Wipe() }
