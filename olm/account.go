package olm

import (
	"encoding/binary"

	"github.com/mudpuppy-e2ee/mudpuppy/internal/base64"
	"github.com/mudpuppy-e2ee/mudpuppy/internal/olmstate"
	"github.com/mudpuppy-e2ee/mudpuppy/internal/pickle"
	"github.com/mudpuppy-e2ee/mudpuppy/internal/secret"
	"github.com/mudpuppy-e2ee/mudpuppy/internal/wire"
	"github.com/mudpuppy-e2ee/mudpuppy/keys"
)

// Account holds the keys of a device: its identity keys, which never change,
// and its one-time and fallback keys.
type Account struct {
	state olmstate.Account
}

// NewAccount makes an account with new identity keys and no one-time keys. It
// panics if the platform gives no randomness, as crypto/rand does.
func NewAccount() *Account { return &Account{*olmstate.NewAccount()} }

// IdentityKeys are the public identity keys of a device.
type IdentityKeys struct {
	Curve25519 keys.Curve25519PublicKey // for sessions
	Ed25519    keys.Ed25519PublicKey    // for signatures: the fingerprint of the device
}

// IdentityKeys returns both public identity keys.
func (a *Account) IdentityKeys() IdentityKeys {
	return IdentityKeys{a.Curve25519Key(), a.Ed25519Key()}
}

// Curve25519Key returns the public identity key, from which others make
// sessions.
func (a *Account) Curve25519Key() keys.Curve25519PublicKey { return a.state.IdentityKey.Public }

// Ed25519Key returns the public signing key, the fingerprint of the device.
func (a *Account) Ed25519Key() keys.Ed25519PublicKey { return a.state.SigningKey.Public }

// Sign signs a message with the Ed25519 identity key. To sign a JSON object,
// give its canonical form. It panics after Wipe.
func (a *Account) Sign(message []byte) keys.Ed25519Signature {
	return a.state.SigningKey.Sign(message)
}

// OneTimeKey is the public part of a one-time or fallback key.
type OneTimeKey struct {
	ID  string // four bytes in unpadded base64, the <key_id> of signed_curve25519:<key_id>
	Key keys.Curve25519PublicKey
}

func publicKey(k *olmstate.OneTimeKey) OneTimeKey {
	id := binary.BigEndian.AppendUint32(nil, k.ID)
	return OneTimeKey{base64.Encode(id), k.Key.Public}
}

func publicKeys(list []olmstate.OneTimeKey) []OneTimeKey {
	public := make([]OneTimeKey, len(list))
	for i := range list {
		public[i] = publicKey(&list[i])
	}
	return public
}

// GenerateOneTimeKeys adds n one-time keys to those of the account. Beyond its
// limit the oldest are dropped and returned: messages that use them can no
// longer be decrypted. It returns [ErrKeyCount] unless 0 ≤ n ≤ [MaxOneTimeKeys].
func (a *Account) GenerateOneTimeKeys(n int) (dropped []OneTimeKey, err error) {
	if a.state.Wiped() {
		return nil, ErrWiped
	}
	removed, err := a.state.Generate(n)
	return publicKeys(removed), err
}

// OneTimeKeys returns the one-time keys that are not yet marked as published,
// oldest first.
func (a *Account) OneTimeKeys() []OneTimeKey {
	var unpublished []OneTimeKey
	for i := range a.state.OneTimeKeys {
		if k := &a.state.OneTimeKeys[i]; !k.Published {
			unpublished = append(unpublished, publicKey(k))
		}
	}
	return unpublished
}

// OneTimeKeyCount returns how many private one-time keys the account holds,
// published or not.
func (a *Account) OneTimeKeyCount() int { return len(a.state.OneTimeKeys) }

// SetOneTimeKeyLimit sets how many private one-time keys the account keeps,
// [MaxOneTimeKeys] unless it is set. Beyond it the oldest are dropped and
// returned. It returns [ErrKeyCount] unless 1 ≤ limit ≤ [MaxOneTimeKeys]. The
// limit is part of the pickle.
func (a *Account) SetOneTimeKeyLimit(limit int) (dropped []OneTimeKey, err error) {
	if a.state.Wiped() {
		return nil, ErrWiped
	}
	removed, err := a.state.SetLimit(limit)
	return publicKeys(removed), err
}

// MarkKeysAsPublished marks all one-time keys, and the fallback key, as
// published, and returns how many one-time keys were not before. Call it when
// the homeserver has confirmed the upload.
func (a *Account) MarkKeysAsPublished() int { return a.state.MarkPublished() }

// RemoveOneTimeKey drops a one-time key and reports whether there was one.
// [Account.NewInboundSession] does so itself.
func (a *Account) RemoveOneTimeKey(key keys.Curve25519PublicKey) bool {
	return a.state.RemoveKey((*[32]byte)(&key))
}

// GenerateFallbackKey makes a new fallback key, for when the homeserver has no
// one-time keys left. The present one becomes the previous one and stays
// usable; the previous one is dropped. It returns [ErrWiped] after Wipe.
//
// Unlike a one-time key, a fallback key serves any number of sessions, so that
// a pre-key message under it can be replayed: see [Account.NewInboundSession].
func (a *Account) GenerateFallbackKey() error {
	if a.state.Wiped() {
		return ErrWiped
	}
	a.state.GenerateFallback()
	return nil
}

// FallbackKey returns the fallback key if it is not yet marked as published.
func (a *Account) FallbackKey() (key OneTimeKey, ok bool) {
	if a.state.Fallback == nil || a.state.Fallback.Published {
		return OneTimeKey{}, false
	}
	return publicKey(a.state.Fallback), true
}

// ForgetFallbackKey drops the previous fallback key and reports whether there
// was one. Call it when no message that uses it is to be expected any more,
// some hours after the present one was published.
func (a *Account) ForgetFallbackKey() bool { return a.state.ForgetFallback() }

// NewOutboundSession makes a session with a device from its identity key and
// one of its one-time keys. The caller has checked the signatures on both.
//
// It returns [ErrWeakKey], [ErrVersion] for an unknown version, or [ErrWiped].
func (a *Account) NewOutboundSession(identityKey, oneTimeKey keys.Curve25519PublicKey, v Version) (*Session, error) {
	if a.state.Wiped() {
		return nil, ErrWiped
	}
	if !v.Valid() {
		return nil, ErrVersion
	}
	state, err := olmstate.NewOutbound(&a.state, (*[32]byte)(&identityKey), (*[32]byte)(&oneTimeKey), v)
	if err != nil {
		return nil, err
	}
	return &Session{*state}, nil
}

// NewInboundSession makes a session from the pre-key message of a device with
// the given identity key, and decrypts the message. The one-time key is
// dropped once the message has decrypted, not before, so that a bad message
// cannot burn it; a fallback key stays. Save the account together with the
// session afterwards.
//
// A message under a fallback key makes a session every time it comes. Ask the
// sessions that there are first, by [Session.MatchesInbound], and let the one
// that matches decrypt it: that one refuses a replay.
//
// It returns [ErrFormat], [ErrVersion], [ErrIdentityKey],
// [ErrUnknownOneTimeKey], [ErrWeakKey], [ErrWiped], or an error of
// [Session.Decrypt], and leaves the account as it was.
func (a *Account) NewInboundSession(identityKey keys.Curve25519PublicKey, message Message, v Version) (*Session, []byte, error) {
	if a.state.Wiped() {
		return nil, nil, ErrWiped
	}
	if !v.Valid() {
		return nil, nil, ErrVersion
	}
	outer, err := message.preKey()
	if err != nil {
		return nil, nil, err
	}
	if outer.IdentityKey != identityKey {
		return nil, nil, ErrIdentityKey
	}
	inner, err := wire.DecodeOlm(outer.Message, v)
	if err != nil {
		return nil, nil, err
	}
	state, err := olmstate.NewInbound(&a.state, &outer, &inner.RatchetKey, v)
	if err != nil {
		return nil, nil, err
	}
	plaintext, err := state.Decrypt(outer.Message)
	if err != nil {
		state.Wipe()
		return nil, nil, err
	}
	a.state.RemoveKey(&outer.OneTimeKey)
	return &Session{*state}, plaintext, nil
}

const accountKind = "olm account"

// Pickle returns the account sealed under a key, to be stored.
func (a *Account) Pickle(key *[32]byte) ([]byte, error) {
	if a.state.Wiped() {
		return nil, ErrWiped
	}
	return pickle.Seal(key, accountKind, a.state.MarshalPickle()), nil
}

// UnpickleAccount opens what [Account.Pickle] sealed. It returns
// [ErrPickleKey], [ErrPickleVersion] or [ErrPickleCorrupted].
func UnpickleAccount(sealed []byte, key *[32]byte) (*Account, error) {
	plaintext, err := pickle.Open(key, accountKind, sealed)
	if err != nil {
		return nil, err
	}
	defer secret.Wipe(plaintext)
	state, err := olmstate.UnmarshalAccount(plaintext)
	if err != nil {
		return nil, err
	}
	return &Account{*state}, nil
}

// Wipe overwrites the secrets of the account in memory; what is public stays. Calls
// that can fail then return [ErrWiped], as those of the zero value do.
func (a *Account) Wipe() {
	a.state.Wipe()
}

// State gives out the state of the account, private keys and all. It is for the
// other packages of this module: its type is internal.
func (a *Account) State() *olmstate.Account { return &a.state }

// AccountFromState is the inverse of [Account.State], for the other packages of this
// module. The state must not be used otherwise any more.
func AccountFromState(state *olmstate.Account) *Account { return &Account{*state} }
