package pk

import (
	"github.com/mudpuppy-e2ee/mudpuppy/internal/curve25519"
	"github.com/mudpuppy-e2ee/mudpuppy/internal/pickle"
	"github.com/mudpuppy-e2ee/mudpuppy/internal/secret"
	"github.com/mudpuppy-e2ee/mudpuppy/keys"
)

// Decryption decrypts what was encrypted to its public key.
type Decryption struct {
	keys curve25519.KeyPair
}

// NewDecryption makes a new key pair. It panics if the platform gives no
// randomness, as crypto/rand does.
func NewDecryption() *Decryption { return &Decryption{curve25519.GenerateKeyPair()} }

// DecryptionFromPrivateKey returns the Decryption of a private key, which it
// copies.
func DecryptionFromPrivateKey(private *[32]byte) *Decryption {
	return &Decryption{curve25519.NewKeyPair(private)}
}

// PublicKey returns the key to encrypt to.
func (d *Decryption) PublicKey() keys.Curve25519PublicKey { return d.keys.Public }

// PrivateKey returns a copy of the private key, from which the recovery key is
// made. It returns [ErrWiped] after Wipe.
func (d *Decryption) PrivateKey() (PrivateKey, error) {
	if d.wiped() {
		return PrivateKey{}, ErrWiped
	}
	return PrivateKey{d.keys.Private.Clone()}, nil
}

// Decrypt decrypts a message, which anybody may have written or altered: see
// the package documentation. It returns [ErrDecrypt], [ErrWeakKey] or
// [ErrWiped].
func (d *Decryption) Decrypt(message Message) ([]byte, error) {
	if d.wiped() {
		return nil, ErrWiped
	}
	cipher, err := newCipher(&d.keys, &message.EphemeralKey)
	if err != nil {
		return nil, err
	}
	defer cipher.Wipe()
	if len(message.MAC) != macLen {
		return nil, ErrDecrypt
	}
	plaintext, ok := cipher.Open(nil, message.MAC, message.Ciphertext) // a MAC over nothing
	if !ok {
		return nil, ErrDecrypt
	}
	return plaintext, nil
}

const (
	decryptionKind   = "pk decryption"
	decryptionFormat = 1 // the version of what is sealed
)

// Pickle returns the private key sealed under a key, to be stored.
func (d *Decryption) Pickle(key *[32]byte) ([]byte, error) {
	if d.wiped() {
		return nil, ErrWiped
	}
	w := pickle.NewWriter(1 + 32)
	w.Uint8(decryptionFormat)
	w.Key(d.keys.Private.Array()) // the public key follows from it
	return pickle.Seal(key, decryptionKind, w.Bytes()), nil
}

// UnpickleDecryption opens what [Decryption.Pickle] sealed. It returns
// [ErrPickleKey], [ErrPickleVersion] or [ErrPickleCorrupted].
func UnpickleDecryption(sealed []byte, key *[32]byte) (*Decryption, error) {
	plaintext, err := pickle.Open(key, decryptionKind, sealed)
	if err != nil {
		return nil, err
	}
	defer secret.Wipe(plaintext)
	r := pickle.NewReader(plaintext)
	if r.Uint8() != decryptionFormat {
		return nil, ErrPickleVersion
	}
	private := r.Secret()
	defer private.Wipe()
	if !r.Done() {
		return nil, ErrPickleCorrupted
	}
	return DecryptionFromPrivateKey(private.Array()), nil
}

// Wipe overwrites the private key in memory. Calls that can fail then return
// [ErrWiped]; the public key stays.
func (d *Decryption) Wipe() { d.keys.Wipe() }

func (d *Decryption) wiped() bool { return d.keys.Private.IsZero() }

// State gives the other packages of this module the key pair, of which the
// type is internal; they see and change the Decryption itself.
func (d *Decryption) State() *curve25519.KeyPair { return &d.keys }

// DecryptionFromState is the inverse of [Decryption.State], for the other
// packages of this module. The private key is the Decryption's from then on.
func DecryptionFromState(state *curve25519.KeyPair) *Decryption { return &Decryption{*state} }
