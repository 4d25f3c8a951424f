//go:build js

package jsbridge

import (
	"math"

	"github.com/mudpuppy-e2ee/mudpuppy/internal/bridge"
	"github.com/mudpuppy-e2ee/mudpuppy/keys"
	"github.com/mudpuppy-e2ee/mudpuppy/olm/sas"
)

// Sas is one side of one verification by short authentication strings. It is
// for one run with one key of the other side: whatever fails, mismatched
// strings above all, ends the verification, and a new one begins with new keys.
type Sas struct{ sas *sas.SAS }

// SasEmoji is one of the 64 emoji of the specification. Show it with its
// description, or a translation of that; the index finds one.
type SasEmoji struct {
	Index       uint32 // from 0 to 63, its number in the specification
	Symbol      string // the emoji itself
	Description string // its name in English
}

// SasMacMethod is a message_authentication_code of m.key.verification.accept.
// Use hkdf-hmac-sha256.v2 wherever both sides know it.
type SasMacMethod string

const (
	HkdfHmacSha256V2 SasMacMethod = "hkdf-hmac-sha256.v2"
	HkdfHmacSha256   SasMacMethod = "hkdf-hmac-sha256"
	HmacSha256       SasMacMethod = "hmac-sha256"
)

// NewSas makes one side, with a new key pair.
func NewSas() *Sas { return &Sas{sas.New()} }

// PublicKey is the key that the other side needs.
//
//bridge:property
func (s *Sas) PublicKey() string { return s.sas.PublicKey().String() }

// TheirKeySet is whether the key of the other side is set.
//
//bridge:property
func (s *Sas) TheirKeySet() bool { return s.sas.TheirKeySet() }

// SetTheirKey sets the public key of the other side, once. The caller has
// checked it against its commitment, if there is one. It throws ERR_KEY,
// ERR_THEIR_KEY_SET or ERR_WEAK_KEY.
func (s *Sas) SetTheirKey(theirKey string) error {
	key, err := keys.ParseCurve25519(theirKey)
	if err != nil {
		return err
	}
	return s.sas.SetTheirKey(key)
}

// Bytes returns bytes derived from the shared secret and the info, the same on
// both sides. It throws ERR_THEIR_KEY_NOT_SET or ERR_LENGTH.
func (s *Sas) Bytes(info bridge.Data, length uint32) ([]byte, error) {
	return s.sas.Bytes(string(info), int(min(length, math.MaxInt32)))
}

// Emoji returns seven emoji for the users to compare. It throws
// ERR_THEIR_KEY_NOT_SET.
func (s *Sas) Emoji(info string) ([]SasEmoji, error) {
	emoji, err := s.sas.Emoji(info)
	result := make([]SasEmoji, len(emoji))
	for i, e := range emoji {
		result[i] = SasEmoji{uint32(e.Index), e.Symbol, e.Description}
	}
	return result, err
}

// Decimals returns three numbers from 1000 to 9191, for users to compare who
// cannot compare emoji. It throws ERR_THEIR_KEY_NOT_SET.
func (s *Sas) Decimals(info string) ([]uint32, error) {
	d, err := s.sas.Decimals(info)
	return []uint32{uint32(d[0]), uint32(d[1]), uint32(d[2])}, err
}

// Mac returns the MAC of the text of a public key, or of the list of key ids.
// It throws ERR_THEIR_KEY_NOT_SET or ERR_METHOD.
func (s *Sas) Mac(method SasMacMethod, input, info bridge.Data) (string, error) {
	return s.sas.MAC(sas.MACMethod(method), string(input), string(info))
}

// VerifyMac compares a MAC of the other side with the one it should be. It
// throws ERR_MAC if it is another, or an error of [Sas.Mac].
func (s *Sas) VerifyMac(method SasMacMethod, input, info, mac string) error {
	return s.sas.VerifyMAC(sas.MACMethod(method), input, info, mac)
}

// Wipe overwrites the secrets.
func (s *Sas) Wipe() { s.sas.Wipe() }

// SasCommitment returns the commitment to a public key: the hash over its text
// and the content of m.key.verification.start in canonical JSON. It throws
// ERR_KEY.
//
//bridge:public
func SasCommitment(key string, startContent bridge.Data) (string, error) {
	k, err := keys.ParseCurve25519(key)
	if err != nil {
		return "", err
	}
	return sas.Commitment(k, startContent), nil
}
