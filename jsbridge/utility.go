//go:build js

package jsbridge

import (
	"github.com/mudpuppy-e2ee/mudpuppy/internal/base64"
	"github.com/mudpuppy-e2ee/mudpuppy/internal/bridge"
	"github.com/mudpuppy-e2ee/mudpuppy/internal/sha2"
	"github.com/mudpuppy-e2ee/mudpuppy/keys"
)

// SHA256 returns the SHA-256 hash of a message, in unpadded base64.
func SHA256(message bridge.Data) string {
	sum := sha2.Sum256(message)
	return base64.Encode(sum[:])
}

// Ed25519Verify checks a signature over a message. Keys and signatures of small
// order, and all that is not in canonical form, are refused. It throws ERR_KEY,
// or ERR_SIGNATURE if the signature does not hold.
//
//bridge:public
func Ed25519Verify(key string, message bridge.Data, signature string) error {
	k, err := keys.ParseEd25519(key)
	if err != nil {
		return err
	}
	s, err := keys.ParseSignature(signature)
	if err != nil {
		return err
	}
	return k.Verify(message, s)
}
