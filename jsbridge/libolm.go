//go:build js

package jsbridge

import (
	"github.com/mudpuppy-e2ee/mudpuppy/keys"
	"github.com/mudpuppy-e2ee/mudpuppy/libolm"
	"github.com/mudpuppy-e2ee/mudpuppy/olm"
)

// What only the entry mudpuppy/libolm calls, because libolm works so: these
// functions stand in a client of their own, and mudpuppy/olm does not have them.

// CreateInbound makes a session from the body of a pre-key message without
// decrypting it. The account keeps its one-time key. The identity key is the
// sender's, or empty if any will do.
func CreateInbound(account *Account, identityKey, body string) (*Session, error) {
	var identity *keys.Curve25519PublicKey
	if identityKey != "" {
		key, err := keys.ParseCurve25519(identityKey)
		if err != nil {
			return nil, err
		}
		identity = &key
	}
	m, err := olm.ParseMessage(int(olm.PreKey), body)
	if err != nil {
		return nil, err
	}
	s, err := libolm.NewInboundSession(account.account, identity, m)
	return &Session{s}, err
}

// RemoveOneTimeKeys drops the one-time key that a session was made from.
func RemoveOneTimeKeys(account *Account, session *Session) error {
	return libolm.RemoveOneTimeKey(account.account, session.session)
}

// FallbackKey returns the id of the fallback key and the key itself, published
// or not, or nothing if there is none.
func FallbackKey(account *Account) []string {
	key, ok := libolm.FallbackKey(account.account)
	if !ok {
		return nil
	}
	return []string{key.ID, key.Key.String()}
}

// ForkSas makes a side with the same key pair, whose other side's key can be
// set once more. It throws ERR_THEIR_KEY_SET if the key pair is used up.
func ForkSas(original *Sas) (*Sas, error) {
	s, err := original.sas.Fork()
	return &Sas{s}, err
}
