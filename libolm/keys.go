package libolm

import (
	"crypto/subtle"

	"github.com/mudpuppy-e2ee/mudpuppy/internal/curve25519"
	"github.com/mudpuppy-e2ee/mudpuppy/internal/pickle"
	"github.com/mudpuppy-e2ee/mudpuppy/internal/secret"
)

const (
	keyPairLen    = 32 + 32
	signingKeyLen = 32 + 64
)

func writeKeyPair(w *pickle.Writer, k *curve25519.KeyPair) {
	w.Key(&k.Public)
	w.Key(k.Private.Array())
}

func readKeyPair(r *pickle.Reader) curve25519.KeyPair {
	return curve25519.KeyPair{Public: r.Key(), Private: r.Secret()}
}

func writeSigningKey(w *pickle.Writer, k *curve25519.SigningKey) {
	w.Key(&k.Public)
	w.Raw(k.Expanded.Array()[:])
}

// readSigningKey checks that the halves of the key belong together, for
// signatures under another public key would give the private one away. Only
// the zeroes of an object that libolm never initialised are let through: they
// hold no secret.
func readSigningKey(r *pickle.Reader) curve25519.SigningKey {
	public := r.Key()
	expanded := secret.New[[64]byte]()
	defer expanded.Wipe()
	copy(expanded.Array()[:], r.Raw(64))

	k := curve25519.SigningKeyFromExpanded(expanded.Array())
	blank := public == [32]byte{} && subtle.ConstantTimeCompare(expanded.Array()[:], make([]byte, 64)) == 1
	if k.Public != public && !blank {
		r.Fail()
	}
	k.Public = public
	return k
}
