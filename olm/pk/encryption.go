package pk

import (
	"github.com/mudpuppy-e2ee/mudpuppy/internal/aessha2"
	"github.com/mudpuppy-e2ee/mudpuppy/internal/curve25519"
	"github.com/mudpuppy-e2ee/mudpuppy/internal/secret"
	"github.com/mudpuppy-e2ee/mudpuppy/keys"
)

// macLen is the length of the MAC in a message.
const macLen = 8

// keyInfo is the info of the HKDF that makes the keys of a message.
const keyInfo = ""

// Encryption encrypts to the owner of a public key.
type Encryption struct {
	RecipientKey keys.Curve25519PublicKey
}

// Encrypt encrypts a message of any length. It returns [ErrWeakKey], and
// panics if the platform gives no randomness, as crypto/rand does.
func (e Encryption) Encrypt(plaintext []byte) (Message, error) {
	ephemeral := curve25519.GenerateKeyPair()
	defer ephemeral.Wipe()
	cipher, err := newCipher(&ephemeral, &e.RecipientKey)
	if err != nil {
		return Message{}, err
	}
	defer cipher.Wipe()
	ciphertext := make([]byte, 0, aessha2.CiphertextLen(len(plaintext)))
	return Message{
		Ciphertext:   cipher.Append(ciphertext, plaintext),
		MAC:          cipher.AppendMAC(nil, nil, macLen), // over nothing: see the package documentation
		EphemeralKey: ephemeral.Public,
	}, nil
}

// newCipher returns the cipher of the one message between an ephemeral key and
// a recipient's.
func newCipher(own *curve25519.KeyPair, their *keys.Curve25519PublicKey) (*aessha2.Cipher, error) {
	var shared [32]byte
	defer secret.Wipe(shared[:])
	if err := own.SharedSecret(&shared, (*[32]byte)(their)); err != nil {
		return nil, err
	}
	return aessha2.New(shared[:], keyInfo), nil
}
