// Package keys holds the public keys and signatures of Matrix devices, in the
// unpadded base64 in which Matrix writes them.
//
// https://spec.matrix.org/latest/appendices/#unpadded-base64
package keys

import (
	"errors"

	"github.com/mudpuppy-e2ee/mudpuppy/internal/base64"
	"github.com/mudpuppy-e2ee/mudpuppy/internal/curve25519"
)

var (
	// ErrKey is returned for text that is not 32 bytes in canonical unpadded
	// base64.
	ErrKey = errors.New("keys: not a public key in unpadded base64")
	// ErrSignature is returned by [Ed25519PublicKey.Verify] if the signature
	// does not hold, and for text that is not 64 bytes in canonical unpadded
	// base64.
	ErrSignature = errors.New("keys: bad signature")
)

// Curve25519PublicKey is a public key for Diffie-Hellman: an identity key, a
// one-time key, a ratchet key.
type Curve25519PublicKey [32]byte

// ParseCurve25519 reads 43 characters of unpadded base64. It returns [ErrKey]
// for anything else. Every 32 bytes are a key; the weak ones are refused where
// they are used.
func ParseCurve25519(text string) (key Curve25519PublicKey, err error) {
	err = decode(key[:], text, ErrKey)
	return key, err
}

// String returns 43 characters of unpadded base64.
func (k Curve25519PublicKey) String() string { return base64.Encode(k[:]) }

// MarshalText returns what String does, so that keys can stand in JSON.
func (k Curve25519PublicKey) MarshalText() ([]byte, error) { return marshal(k[:]) }

// UnmarshalText reads what [ParseCurve25519] does.
func (k *Curve25519PublicKey) UnmarshalText(text []byte) error {
	parsed, err := ParseCurve25519(string(text))
	if err == nil {
		*k = parsed
	}
	return err
}

// Ed25519PublicKey is a public key for signatures.
type Ed25519PublicKey [32]byte

// ParseEd25519 reads 43 characters of unpadded base64. It returns [ErrKey] for
// anything else. Whether the bytes are a point of the curve is checked by
// Verify.
func ParseEd25519(text string) (key Ed25519PublicKey, err error) {
	err = decode(key[:], text, ErrKey)
	return key, err
}

// String returns 43 characters of unpadded base64.
func (k Ed25519PublicKey) String() string { return base64.Encode(k[:]) }

// MarshalText returns what String does, so that keys can stand in JSON.
func (k Ed25519PublicKey) MarshalText() ([]byte, error) { return marshal(k[:]) }

// UnmarshalText reads what [ParseEd25519] does.
func (k *Ed25519PublicKey) UnmarshalText(text []byte) error {
	parsed, err := ParseEd25519(string(text))
	if err == nil {
		*k = parsed
	}
	return err
}

// Verify checks a signature over message and returns [ErrSignature] if it does
// not hold. It is stricter than RFC 8032: keys and signatures of small order,
// and all that is not in canonical form, are refused, so that a signature
// binds one key to one message.
func (k Ed25519PublicKey) Verify(message []byte, signature Ed25519Signature) error {
	if !curve25519.Verify((*[32]byte)(&k), message, (*[64]byte)(&signature)) {
		return ErrSignature
	}
	return nil
}

// Ed25519Signature is a signature.
type Ed25519Signature [64]byte

// ParseSignature reads 86 characters of unpadded base64. It returns
// [ErrSignature] for anything else.
func ParseSignature(text string) (signature Ed25519Signature, err error) {
	err = decode(signature[:], text, ErrSignature)
	return signature, err
}

// String returns 86 characters of unpadded base64.
func (s Ed25519Signature) String() string { return base64.Encode(s[:]) }

// MarshalText returns what String does, so that signatures can stand in JSON.
func (s Ed25519Signature) MarshalText() ([]byte, error) { return marshal(s[:]) }

// UnmarshalText reads what [ParseSignature] does.
func (s *Ed25519Signature) UnmarshalText(text []byte) error {
	parsed, err := ParseSignature(string(text))
	if err == nil {
		*s = parsed
	}
	return err
}

func marshal(b []byte) ([]byte, error) { return base64.AppendEncode(nil, b), nil }

func decode(dst []byte, text string, failure error) error {
	if len(text) != base64.EncodedLen(len(dst)) {
		return failure
	}
	if _, err := base64.DecodeInto(dst, []byte(text)); err != nil {
		return failure
	}
	return nil
}
