// Package sas compares short authentication strings: two people who see the
// same emoji or numbers on both their screens know that no one stands between
// their devices.
//
// Each side makes a [SAS] and sends its public key. Given the other's key, both
// derive the same emoji, and MACs with which they vouch for their long-term
// keys.
//
//	s := sas.New()
//	err := s.SetTheirKey(theirKey)
//	emoji, err := s.Emoji(info)                      // the users compare these
//	mac, err := s.MAC(method, ourKeyText, macInfo)   // sent once they agree
//	err = s.VerifyMAC(method, theirKeyText, theirMACInfo, theirMAC)
//
// # What the caller must do
//
// A string of some 40 bits is short enough to search for. It is safe only because
// a man in the middle gets one guess, which these rules ensure:
//
//   - Commitment first. The side that accepts sends [Commitment] before it has
//     seen the other key, and its own key after it. The other side checks the
//     key against the commitment before it shows anything. Else the last to
//     choose a key could choose one that fits.
//   - One guess. A SAS is for one run with one peer key. Whatever fails,
//     mismatched strings above all, ends the verification for both sides; a new
//     one begins with new keys and, again, the users.
//   - Everything in the info: both user ids, device ids and public keys, and the
//     transaction id, as the specification lists them.
//   - People compare. The strings go over a channel on which they would notice
//     an impostor, never over the one that is being verified.
//   - MACs last. They are sent after the users have agreed, with
//     [HKDFHMACSHA256V2] wherever both sides know it, and a key is trusted only
//     once its MAC and the MAC of the list of key ids both hold.
//
// After an error a SAS is bit for bit what it was before the call. It may be
// used by one goroutine at a time. Wipe it when the verification is over.
//
// https://spec.matrix.org/latest/client-server-api/#short-authentication-string-sas-verification
package sas

import (
	"errors"

	"github.com/mudpuppy-e2ee/mudpuppy/internal/curve25519"
	"github.com/mudpuppy-e2ee/mudpuppy/internal/secret"
	"github.com/mudpuppy-e2ee/mudpuppy/internal/sha2"
	"github.com/mudpuppy-e2ee/mudpuppy/keys"
)

// MaxBytes is how many bytes [SAS.Bytes] can give at once, all that HKDF has.
const MaxBytes = 255 * 32

// Errors, to be compared by errors.Is.
var (
	// ErrTheirKeyNotSet is returned for what needs the other side's key before
	// it was set.
	ErrTheirKeyNotSet = errors.New("sas: the other side's key is not set")
	// ErrTheirKeySet is returned by [SAS.SetTheirKey] if a key was set before.
	ErrTheirKeySet = errors.New("sas: the other side's key is already set")
	// ErrWeakKey is returned for a public key of low order, with which
	// everybody could compute the shared secret.
	ErrWeakKey = curve25519.ErrLowOrder
	// ErrLength is returned for a number of bytes that is negative or above
	// [MaxBytes].
	ErrLength = errors.New("sas: bad number of bytes")
	// ErrMethod is returned for an unknown MAC method.
	ErrMethod = errors.New("sas: unknown MAC method")
	// ErrMAC is returned by [SAS.VerifyMAC] for a MAC that is not the right
	// one: the verification has failed.
	ErrMAC = errors.New("sas: bad MAC")
	// ErrWiped is returned by a SAS that was wiped, or not made by [New].
	ErrWiped = errors.New("sas: the object was wiped")
)

// SAS is one side of one verification.
//
// The private key is wiped once the other side's key is set. From then on there
// is the shared secret, so that never both are there.
type SAS struct {
	keys   curve25519.KeyPair
	shared secret.Box[[32]byte]
}

// New makes a SAS with a new key pair. It panics if the platform gives no
// randomness, as crypto/rand does.
func New() *SAS { return &SAS{keys: curve25519.GenerateKeyPair()} }

// FromKeyPair makes a SAS that takes over a key pair, for the other packages of
// this module.
func FromKeyPair(pair *curve25519.KeyPair) *SAS { return &SAS{keys: *pair} }

// Fork makes a SAS with the same key pair. It is for those who must do as
// libolm does, which lets the other side's key be set again, and for nobody
// else: it gives a man in the middle another guess. It returns
// [ErrTheirKeySet], the private key being gone by then, or [ErrWiped].
func (s *SAS) Fork() (*SAS, error) {
	if s.TheirKeySet() {
		return nil, ErrTheirKeySet
	}
	if s.keys.Private.IsZero() {
		return nil, ErrWiped
	}
	return &SAS{keys: s.keys.Clone()}, nil
}

// PublicKey returns the key that the other side needs.
func (s *SAS) PublicKey() keys.Curve25519PublicKey { return s.keys.Public }

// SetTheirKey sets the public key of the other side, once: a second key would
// give a man in the middle a second guess, so it returns [ErrTheirKeySet]. It
// returns [ErrWeakKey], and then the key is still to be set, or [ErrWiped].
//
// The caller has checked the key against its commitment, if there is one.
func (s *SAS) SetTheirKey(theirKey keys.Curve25519PublicKey) error {
	if s.TheirKeySet() {
		return ErrTheirKeySet
	}
	if s.keys.Private.IsZero() {
		return ErrWiped
	}
	shared := secret.New[[32]byte]()
	if err := s.keys.SharedSecret(shared.Array(), (*[32]byte)(&theirKey)); err != nil {
		return err
	}
	s.shared = shared
	s.keys.Wipe()
	return nil
}

// TheirKeySet reports whether the key of the other side is set.
func (s *SAS) TheirKeySet() bool { return !s.shared.IsZero() }

// Bytes returns n bytes derived from the shared secret and info, the same on
// both sides. For the usual strings there are [SAS.Emoji] and [SAS.Decimals].
//
// It returns [ErrTheirKeyNotSet], [ErrLength] or [ErrWiped].
func (s *SAS) Bytes(info string, n int) ([]byte, error) {
	if err := s.ready(); err != nil {
		return nil, err
	}
	if n < 0 || n > MaxBytes {
		return nil, ErrLength
	}
	b := make([]byte, n)
	s.derive(b, info)
	return b, nil
}

// ready returns nil if there is a shared secret, or else the reason why not.
func (s *SAS) ready() error {
	switch {
	case s.TheirKeySet():
		return nil
	case s.keys.Private.IsZero():
		return ErrWiped
	default:
		return ErrTheirKeyNotSet
	}
}

// derive fills out from the shared secret, which must be there.
func (s *SAS) derive(out []byte, info string) {
	sha2.HKDF256(out, s.shared.Array()[:], nil, []byte(info))
}

// Wipe overwrites the secrets in memory. Calls that can fail then return
// [ErrWiped]; the public key stays.
func (s *SAS) Wipe() {
	s.keys.Wipe()
	s.shared.Wipe()
}
