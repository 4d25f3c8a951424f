package pk

import (
	"github.com/mudpuppy-e2ee/mudpuppy/internal/base64"
	"github.com/mudpuppy-e2ee/mudpuppy/keys"
)

// Message is an encrypted message, the session_data of a backup: there each
// part stands in unpadded base64, the ephemeral key as "ephemeral".
type Message struct {
	Ciphertext   []byte
	MAC          []byte // 8 bytes, and no protection: see the package documentation
	EphemeralKey keys.Curve25519PublicKey
}

// ParseMessage reads a message as it stands in the session_data of a key
// backup: each field in unpadded base64. It returns [ErrDecrypt] for what is
// not canonical base64, or no key.
func ParseMessage(ciphertext, mac, ephemeral string) (Message, error) {
	key, err := keys.ParseCurve25519(ephemeral)
	if err != nil {
		return Message{}, ErrDecrypt
	}
	c, err := base64.Decode(ciphertext)
	if err != nil {
		return Message{}, ErrDecrypt
	}
	m, err := base64.Decode(mac)
	if err != nil {
		return Message{}, ErrDecrypt
	}
	return Message{c, m, key}, nil
}

// Base64 returns the fields as they stand in the session_data of a key backup.
func (m Message) Base64() (ciphertext, mac, ephemeral string) {
	return base64.Encode(m.Ciphertext), base64.Encode(m.MAC), m.EphemeralKey.String()
}
