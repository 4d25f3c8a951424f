package megolm

import "github.com/mudpuppy-e2ee/mudpuppy/internal/base64"

// Message is an encrypted message.
type Message []byte

// ParseMessage reads a message as it stands in the ciphertext of
// m.room.encrypted, in unpadded base64. It returns [ErrFormat] for what is not
// canonical base64.
func ParseMessage(text string) (Message, error) {
	m, err := base64.Decode(text)
	if err != nil {
		return nil, ErrFormat
	}
	return m, nil
}

// Base64 returns the message in unpadded base64, as it stands in the
// ciphertext of m.room.encrypted.
func (m Message) Base64() string { return base64.Encode(m) }
