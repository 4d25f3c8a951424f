//go:build js

package jsbridge

import (
	"slices"

	"github.com/mudpuppy-e2ee/mudpuppy/internal/base64"
	"github.com/mudpuppy-e2ee/mudpuppy/internal/bridge"
	"github.com/mudpuppy-e2ee/mudpuppy/keys"
	"github.com/mudpuppy-e2ee/mudpuppy/libolm"
	"github.com/mudpuppy-e2ee/mudpuppy/olm/pk"
)

// PkEncryption encrypts to the owner of a public key, as Matrix key backups do.
// Such messages are not authenticated: anybody can write or alter them.
type PkEncryption struct{ encryption pk.Encryption }

// PkMessage is an encrypted message: the session_data of a key backup.
type PkMessage struct {
	Ciphertext string // in unpadded base64, as all of it
	Mac        string // no protection: it covers the empty string, by an old mistake of the format
	Ephemeral  string // the public key that was made for this message
}

// NewPkEncryption encrypts to a public key, of which the caller has checked the
// signature. It throws ERR_KEY.
func NewPkEncryption(recipientKey string) (*PkEncryption, error) {
	key, err := keys.ParseCurve25519(recipientKey)
	return &PkEncryption{pk.Encryption{RecipientKey: key}}, err
}

// Encrypt encrypts a message. It throws ERR_WEAK_KEY.
func (e *PkEncryption) Encrypt(plaintext bridge.Data) (PkMessage, error) {
	m, err := e.encryption.Encrypt(plaintext)
	return PkMessage{base64.Encode(m.Ciphertext), base64.Encode(m.MAC), m.EphemeralKey.String()}, err
}

// Wipe does nothing: there is no secret.
func (e *PkEncryption) Wipe() {}

// PkDecryption decrypts what was encrypted to its public key.
type PkDecryption struct{ decryption *pk.Decryption }

// NewPkDecryption makes a new key pair.
func NewPkDecryption() *PkDecryption { return &PkDecryption{pk.NewDecryption()} }

// FromPrivateKeyPkDecryption takes a private key of 32 bytes.
func FromPrivateKeyPkDecryption(privateKey *[32]byte) *PkDecryption {
	return &PkDecryption{pk.DecryptionFromPrivateKey(privateKey)}
}

// UnpicklePkDecryption opens what [PkDecryption.Pickle] sealed. It throws
// ERR_PICKLE_KEY, ERR_PICKLE_VERSION or ERR_PICKLE_CORRUPTED.
func UnpicklePkDecryption(pickle []byte, key *[32]byte) (*PkDecryption, error) {
	d, err := pk.UnpickleDecryption(pickle, key)
	return &PkDecryption{d}, err
}

// UnpickleLibolmPkDecryption opens the pickle of a key pair that libolm wrote,
// under the key it was given then. It throws ERR_PICKLE_BASE64, ERR_PICKLE_KEY,
// ERR_PICKLE_VERSION, ERR_PICKLE_CORRUPTED or ERR_PICKLE_EXTRA_DATA.
func UnpickleLibolmPkDecryption(pickle string, key bridge.Data) (*PkDecryption, error) {
	d, err := libolm.UnpicklePkDecryption(pickle, key)
	return &PkDecryption{d}, err
}

// Pickle returns the private key sealed under a key of 32 bytes, to be stored.
func (d *PkDecryption) Pickle(key *[32]byte) ([]byte, error) { return d.decryption.Pickle(key) }

// PickleLibolm returns the key pair as a pickle that libolm reads.
func (d *PkDecryption) PickleLibolm(key bridge.Data) (string, error) {
	return libolm.PicklePkDecryption(d.decryption, key)
}

// PublicKey is the key to encrypt to.
//
//bridge:property
func (d *PkDecryption) PublicKey() string { return d.decryption.PublicKey().String() }

// PrivateKey returns a copy of the private key, from which the recovery key is
// made.
func (d *PkDecryption) PrivateKey() ([]byte, error) {
	key, err := d.decryption.PrivateKey()
	if err != nil {
		return nil, err
	}
	defer key.Wipe()
	return slices.Clone(key.Array()[:]), nil
}

// Decrypt decrypts a message, which anybody may have written or altered. It
// throws ERR_KEY, ERR_DECRYPT or ERR_WEAK_KEY.
func (d *PkDecryption) Decrypt(message PkMessage) ([]byte, error) {
	ephemeral, err := keys.ParseCurve25519(message.Ephemeral)
	if err != nil {
		return nil, err
	}
	ciphertext, err := base64.Decode(message.Ciphertext)
	if err != nil {
		return nil, pk.ErrDecrypt
	}
	mac, err := base64.Decode(message.Mac)
	if err != nil {
		return nil, pk.ErrDecrypt
	}
	return d.decryption.Decrypt(pk.Message{Ciphertext: ciphertext, MAC: mac, EphemeralKey: ephemeral})
}

// Wipe overwrites the secrets.
func (d *PkDecryption) Wipe() { d.decryption.Wipe() }

// PkSigning signs with a key made from a seed, as the cross-signing keys of
// Matrix are. It has no pickle: the seed is what is stored.
type PkSigning struct{ signing *pk.Signing }

// NewPkSigning takes a seed of 32 bytes.
func NewPkSigning(seed *[32]byte) *PkSigning { return &PkSigning{pk.NewSigning(seed)} }

// GeneratePkSigningSeed draws a new seed.
func GeneratePkSigningSeed() []byte {
	seed := pk.GenerateSeed()
	defer seed.Wipe()
	return slices.Clone(seed.Array()[:])
}

// PublicKey is the key that verifies the signatures.
//
//bridge:property
func (s *PkSigning) PublicKey() string { return s.signing.PublicKey().String() }

// Sign signs a message. To sign a JSON object, give its canonical form.
func (s *PkSigning) Sign(message bridge.Data) (string, error) {
	signature, err := s.signing.Sign(message)
	return signature.String(), err
}

// Wipe overwrites the secrets.
func (s *PkSigning) Wipe() { s.signing.Wipe() }
