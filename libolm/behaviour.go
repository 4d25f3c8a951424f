package libolm

import (
	"encoding/binary"

	"github.com/mudpuppy-e2ee/mudpuppy/internal/base64"
	"github.com/mudpuppy-e2ee/mudpuppy/internal/olmstate"
	"github.com/mudpuppy-e2ee/mudpuppy/internal/wire"
	"github.com/mudpuppy-e2ee/mudpuppy/keys"
	"github.com/mudpuppy-e2ee/mudpuppy/olm"
)

// NewInboundSession makes a session from a pre-key message as libolm does,
// without decrypting it: nothing is authenticated yet, and the account keeps
// its one-time key until [RemoveOneTimeKey]. Who need not follow libolm calls
// [olm.Account.NewInboundSession], which does it all at once.
//
// The identity key is the sender's, or nil if any will do. It returns
// [olm.ErrFormat], [olm.ErrVersion] for the message inside,
// [olm.ErrIdentityKey], [olm.ErrUnknownOneTimeKey], [olm.ErrWeakKey] or
// [olm.ErrWiped].
func NewInboundSession(a *olm.Account, identityKey *keys.Curve25519PublicKey, message olm.Message) (*olm.Session, error) {
	state := a.State()
	if state.Wiped() {
		return nil, olm.ErrWiped
	}
	outer, err := wire.DecodePreKey(message.Body)
	if err != nil || message.Type != olm.PreKey {
		return nil, olm.ErrFormat // whatever the first byte: libolm does not look at it
	}
	if identityKey != nil && outer.IdentityKey != *identityKey {
		return nil, olm.ErrIdentityKey
	}
	inner, err := wire.DecodeOlm(outer.Message, wire.Version1)
	if err != nil {
		return nil, err
	}
	s, err := olmstate.NewInbound(state, &outer, &inner.RatchetKey, wire.Version1)
	if err != nil {
		return nil, err
	}
	return olm.SessionFromState(s), nil
}

// RemoveOneTimeKey drops the one-time key that a session was made from. A
// fallback key stays. It returns [olm.ErrUnknownOneTimeKey] if the account has
// neither.
func RemoveOneTimeKey(a *olm.Account, s *olm.Session) error {
	key := s.Keys().OneTimeKey
	if a.RemoveOneTimeKey(key) {
		return nil
	}
	state := a.State()
	for _, fallback := range []*olmstate.OneTimeKey{state.Fallback, state.PreviousFallback} {
		if fallback != nil && fallback.Key.Public == key {
			return nil
		}
	}
	return olm.ErrUnknownOneTimeKey
}

// FallbackKey returns the present fallback key, which [olm.Account.FallbackKey]
// does only until it is published.
func FallbackKey(a *olm.Account) (key olm.OneTimeKey, ok bool) {
	fallback := a.State().Fallback
	if fallback == nil {
		return olm.OneTimeKey{}, false
	}
	id := binary.BigEndian.AppendUint32(nil, fallback.ID)
	return olm.OneTimeKey{ID: base64.Encode(id), Key: fallback.Key.Public}, true
}
