// Package event holds what devices publish about themselves and each other: the
// keys of devices, one-time keys and cross-signing keys, as signed JSON.
//
//	device, err := event.ParseDeviceKeys(json, "@alice:example.org", "JLAFKJWSCS")
//	err = device.VerifySignature(user, masterKeyID, masterKey)   // signed by others, too?
//
// What is parsed here was signed by the key that it names, and says of itself what
// it was asked for as: a homeserver cannot pass off one device as another. Whether
// that key belongs to the person it should is another question, for cross-signing
// and for people to answer.
//
// https://spec.matrix.org/latest/client-server-api/#end-to-end-encryption
package event

import (
	"errors"

	"github.com/mudpuppy-e2ee/mudpuppy/internal/strictjson"
	"github.com/mudpuppy-e2ee/mudpuppy/keys"
)

var (
	// ErrFormat means that a text is not JSON as it is read here (exact names, none
	// of them twice), or that something is missing in it or of the wrong type.
	ErrFormat = errors.New("event: malformed")
	// ErrMismatch means that an object is about another user, device or use than
	// it was asked for.
	ErrMismatch = errors.New("event: about somebody else")
	// ErrSignature means that a signature is missing, or does not hold.
	ErrSignature = errors.New("event: bad signature")
)

// Signed is a JSON object with signatures.
//
// https://spec.matrix.org/latest/appendices/#signing-json
type Signed struct {
	object strictjson.Value
	signed []byte // what signedText returns, where several signatures are looked at
}

// ParseSigned reads a JSON object. It keeps json, which must not be changed. It
// returns [ErrFormat].
func ParseSigned(json []byte) (Signed, error) {
	v, err := strictjson.Parse(json)
	if err != nil || v.Kind() != strictjson.Object {
		return Signed{}, ErrFormat
	}
	return Signed{object: v}, nil
}

// SignedValue is ParseSigned for the other packages of this module, of what they
// have parsed already.
func SignedValue(v strictjson.Value) Signed { return Signed{object: v} }

// JSON returns the object as it was parsed.
func (s Signed) JSON() []byte { return s.object.Raw() }

// VerifySignature checks the signature of a user by a key. The id of a key is its
// algorithm and a name, such as ed25519:JLAFKJWSCS. It returns [ErrSignature].
func (s Signed) VerifySignature(userID, keyID string, key keys.Ed25519PublicKey) error {
	text, ok := s.object.Get("signatures").Get(userID).Get(keyID).Text()
	if !ok {
		return ErrSignature
	}
	signature, err := keys.ParseSignature(text)
	if err != nil {
		return ErrSignature
	}
	signed, err := s.signedText()
	if err != nil || key.Verify(signed, signature) != nil {
		return ErrSignature
	}
	return nil
}

// signedText is what is signed: all but the signatures, and what the homeserver
// may add.
func (s Signed) signedText() ([]byte, error) {
	if s.signed != nil {
		return s.signed, nil
	}
	return strictjson.AppendCanonical(nil, s.object, "signatures", "unsigned")
}

// Sign returns the signature of an object that is JSON, without looking at
// signatures it has. It returns [ErrFormat].
func Sign(json []byte, sign func(message []byte) keys.Ed25519Signature) (keys.Ed25519Signature, error) {
	s, err := ParseSigned(json)
	if err != nil {
		return keys.Ed25519Signature{}, err
	}
	text, err := s.signedText()
	if err != nil {
		return keys.Ed25519Signature{}, ErrFormat
	}
	return sign(text), nil
}

const ed25519 = "ed25519:"

// texts returns the elements of an array of texts.
func texts(v strictjson.Value) (all []string, ok bool) {
	if v.Kind() != strictjson.Array {
		return nil, false
	}
	for e := range v.Elements() {
		text, ok := e.Text()
		if !ok {
			return nil, false
		}
		all = append(all, text)
	}
	return all, true
}

// isText reports whether a value is a certain text.
func isText(v strictjson.Value, want string) bool {
	text, ok := v.Text()
	return ok && text == want
}
