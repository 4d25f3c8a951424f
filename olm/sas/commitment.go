package sas

import (
	"github.com/mudpuppy-e2ee/mudpuppy/internal/base64"
	"github.com/mudpuppy-e2ee/mudpuppy/internal/sha2"
	"github.com/mudpuppy-e2ee/mudpuppy/keys"
)

// Commitment returns the commitment to a public key, for the hash "sha256", in
// unpadded base64: SHA-256 over the text of the key and the content of
// m.key.verification.start, in canonical JSON. The side that accepts sends it;
// the side that started computes it again from the key that arrives later, and
// gives up if it is another.
func Commitment(key keys.Curve25519PublicKey, startContent []byte) string {
	committed := append([]byte(key.String()), startContent...)
	sum := sha2.Sum256(committed)
	return base64.Encode(sum[:])
}
