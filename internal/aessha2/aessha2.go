// Package aessha2 is the cipher that Olm, Megolm, libolm's pickles and key
// backups have in common: AES-256-CBC with PKCS#7 padding, authenticated by
// HMAC-SHA-256, with all keys and the IV derived from one key by
// HKDF-SHA-256.
//
// https://spec.matrix.org/latest/olm-megolm/olm/#version-1
package aessha2

import (
	"crypto/subtle"

	"github.com/mudpuppy-e2ee/mudpuppy/internal/aes"
	"github.com/mudpuppy-e2ee/mudpuppy/internal/secret"
	"github.com/mudpuppy-e2ee/mudpuppy/internal/sha2"
)

// Cipher holds the keys of one message: a key is used once, since the IV is
// fixed by it.
type Cipher struct {
	block *aes.Cipher
	mac   *sha2.HMAC256
	iv    [16]byte
}

// New derives the keys of a message. The info separates the uses:
// "OLM_KEYS", "MEGOLM_KEYS", "Pickle", or empty.
func New(key []byte, info string) *Cipher {
	var derived [80]byte // AES key, HMAC key, IV
	sha2.HKDF256(derived[:], key, nil, []byte(info))
	c := &Cipher{
		block: aes.New((*[32]byte)(derived[:32])),
		mac:   sha2.NewHMAC256(derived[32:64]),
		iv:    [16]byte(derived[64:]),
	}
	secret.Wipe(derived[:])
	return c
}

// Wipe overwrites the keys.
func (c *Cipher) Wipe() {
	c.block.Wipe()
	c.mac.Wipe()
	secret.Wipe(c.iv[:])
}

// CiphertextLen is the length of the ciphertext of n bytes.
func CiphertextLen(n int) int { return aes.PaddedLen(n) }

// Append appends the ciphertext of plaintext to dst, which must have room for
// it: growing here would leave a copy of padded plaintext behind.
func (c *Cipher) Append(dst, plaintext []byte) []byte {
	start := len(dst)
	end := start + CiphertextLen(len(plaintext))
	block := dst[start:end] // panics if there is no room
	copy(block, plaintext)
	aes.Pad(block, len(plaintext))
	iv := c.iv
	c.block.EncryptCBC(block, block, &iv)
	return dst[:end]
}

// AppendMAC appends the first n bytes of the MAC over message to dst.
func (c *Cipher) AppendMAC(dst, message []byte, n int) []byte {
	var mac [32]byte
	c.mac.Sum(&mac, message)
	return append(dst, mac[:n]...)
}

// Open checks the MAC, truncated to the length it has, over message, and only
// then decrypts ciphertext. The answer does not tell a wrong MAC from wrong
// padding, and padding is looked at only once the MAC has shown that it is the
// sender's.
func (c *Cipher) Open(message, mac, ciphertext []byte) (plaintext []byte, ok bool) {
	var want [32]byte
	c.mac.Sum(&want, message)
	if len(mac) == 0 || len(mac) > len(want) || subtle.ConstantTimeCompare(want[:len(mac)], mac) != 1 {
		return nil, false
	}
	return c.decrypt(ciphertext)
}

func (c *Cipher) decrypt(ciphertext []byte) (plaintext []byte, ok bool) {
	if len(ciphertext) == 0 || len(ciphertext)%aes.BlockSize != 0 {
		return nil, false
	}
	plaintext = make([]byte, len(ciphertext))
	iv := c.iv
	c.block.DecryptCBC(plaintext, ciphertext, &iv)
	n, ok := aes.Unpad(plaintext)
	if !ok {
		secret.Wipe(plaintext)
		return nil, false
	}
	return plaintext[:n], true
}
