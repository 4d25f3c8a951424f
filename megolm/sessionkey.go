package megolm

import (
	"github.com/mudpuppy-e2ee/mudpuppy/internal/base64"
	"github.com/mudpuppy-e2ee/mudpuppy/internal/megolmstate"
	"github.com/mudpuppy-e2ee/mudpuppy/internal/secret"
)

// secretBytes keeps the embedded field unexported.
type secretBytes = secret.Bytes

// SessionKey is the key that lets others decrypt a session from its present
// index on, signed by the session's owner: the session_key of m.room_key. It
// is a secret, prints as "redacted" and does not marshal.
type SessionKey struct{ secretBytes }

// ParseSessionKey reads a session key in unpadded base64. It returns
// [ErrSessionKey] for text of another length or form; the signature is checked
// by [NewInboundSession].
func ParseSessionKey(text string) (SessionKey, error) {
	b, err := parseKey(text, megolmstate.SessionKeyLen)
	return SessionKey{b}, err
}

// Base64 returns the session key in unpadded base64, 306 characters. A string
// cannot be wiped: let it be short-lived.
func (k SessionKey) Base64() string { return base64.Encode(k.Expose()) }

// Expose gives access to the bytes of the key themselves, nil after Wipe. The
// slice must not outlive the key.
func (k SessionKey) Expose() []byte { return k.secretBytes.Expose() }

// Wipe overwrites the key, for every copy of it.
func (k *SessionKey) Wipe() { k.secretBytes.Wipe() }

// ExportedSessionKey is the key that lets others decrypt a session from some
// index on, unsigned: the session_key of forwarded and backed-up keys. Whoever
// gives it could have made it up. It is a secret, prints as "redacted" and
// does not marshal.
type ExportedSessionKey struct{ secretBytes }

// ParseExportedSessionKey reads an exported session key in unpadded base64. It
// returns [ErrSessionKey] for text of another length or form.
func ParseExportedSessionKey(text string) (ExportedSessionKey, error) {
	b, err := parseKey(text, megolmstate.ExportedKeyLen)
	return ExportedSessionKey{b}, err
}

// Base64 returns the exported session key in unpadded base64, 220 characters.
// A string cannot be wiped: let it be short-lived.
func (k ExportedSessionKey) Base64() string { return base64.Encode(k.Expose()) }

// Expose gives access to the bytes of the key themselves, nil after Wipe. The
// slice must not outlive the key.
func (k ExportedSessionKey) Expose() []byte { return k.secretBytes.Expose() }

// Wipe overwrites the key, for every copy of it.
func (k *ExportedSessionKey) Wipe() { k.secretBytes.Wipe() }

func parseKey(text string, n int) (secret.Bytes, error) {
	if len(text) != base64.EncodedLen(n) {
		return secret.Bytes{}, ErrSessionKey
	}
	b, err := base64.Decode(text)
	if err != nil {
		return secret.Bytes{}, ErrSessionKey
	}
	return secret.Take(b), nil
}
