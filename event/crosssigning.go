package event

import (
	"slices"

	"github.com/mudpuppy-e2ee/mudpuppy/internal/strictjson"
	"github.com/mudpuppy-e2ee/mudpuppy/keys"
)

// Usage is what a cross-signing key is for.
type Usage string

// The usages.
const (
	Master      Usage = "master"       // signs the other two
	SelfSigning Usage = "self_signing" // signs the user's own devices
	UserSigning Usage = "user_signing" // signs the master keys of others
)

// CrossSigningKey is one of the three keys by which a user signs devices and other
// users. Who signed it is for its user to ask, by VerifySignature: the master key
// signs the others, and a device may have signed the master key.
//
// https://spec.matrix.org/latest/client-server-api/#cross-signing
type CrossSigningKey struct {
	Signed
	UserID string
	Usage  Usage
	Key    keys.Ed25519PublicKey
}

// KeyID is the id under which the key signs.
func (k *CrossSigningKey) KeyID() string { return ed25519 + k.Key.String() }

// ParseCrossSigningKey reads a key, of which it checks that it is this user's and
// for this use, and that it is the only one there. It keeps json, which must not be
// changed. It returns [ErrFormat] or [ErrMismatch].
func ParseCrossSigningKey(json []byte, userID string, usage Usage) (*CrossSigningKey, error) {
	s, err := ParseSigned(json)
	if err != nil {
		return nil, err
	}
	return s.CrossSigningKey(userID, usage)
}

// CrossSigningKey is [ParseCrossSigningKey] of what is parsed already.
func (s Signed) CrossSigningKey(userID string, usage Usage) (*CrossSigningKey, error) {
	if !isText(s.object.Get("user_id"), userID) {
		return nil, ErrMismatch
	}
	usages, ok := texts(s.object.Get("usage"))
	if !ok {
		return nil, ErrFormat
	}
	if !slices.Contains(usages, string(usage)) {
		return nil, ErrMismatch
	}
	key, err := onlyKey(s.object.Get("keys"))
	if err != nil {
		return nil, err
	}
	return &CrossSigningKey{Signed: s, UserID: userID, Usage: usage, Key: key}, nil
}

// onlyKey returns the one key of an object, whose name must be the key as well.
func onlyKey(all strictjson.Value) (key keys.Ed25519PublicKey, err error) {
	count := 0
	for id, value := range all.Members() {
		text, ok := value.Text()
		if count++; count > 1 || !ok || id != ed25519+text {
			return key, ErrFormat
		}
		if key, err = keys.ParseEd25519(text); err != nil {
			return key, ErrFormat
		}
	}
	if count == 0 {
		return key, ErrFormat
	}
	return key, nil
}
