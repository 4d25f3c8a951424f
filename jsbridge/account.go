//go:build js

package jsbridge

import (
	"math"

	"github.com/mudpuppy-e2ee/mudpuppy/internal/bridge"
	"github.com/mudpuppy-e2ee/mudpuppy/keys"
	"github.com/mudpuppy-e2ee/mudpuppy/libolm"
	"github.com/mudpuppy-e2ee/mudpuppy/olm"
)

// Account holds the keys of a device: its identity keys, which never change,
// and its one-time and fallback keys. Save its pickle after every change.
type Account struct{ account *olm.Account }

// IdentityKeys are the public identity keys of a device.
type IdentityKeys struct {
	Curve25519 string // for sessions
	Ed25519    string // for signatures: the fingerprint of the device
}

// OneTimeKey is the public part of a one-time or fallback key.
type OneTimeKey struct {
	KeyID string // the key id of signed_curve25519:key id
	Key   string // Curve25519, in unpadded base64
}

// InboundOlm is a session that was made from a pre-key message, and the
// plaintext of that message.
type InboundOlm struct {
	Session   *Session // which the caller frees
	Plaintext []byte   // of the pre-key message
}

// NewAccount makes an account with new identity keys and no one-time keys.
func NewAccount() *Account { return &Account{olm.NewAccount()} }

// UnpickleAccount opens what [Account.Pickle] sealed. It throws
// ERR_PICKLE_KEY, ERR_PICKLE_VERSION or ERR_PICKLE_CORRUPTED.
func UnpickleAccount(pickle []byte, key *[32]byte) (*Account, error) {
	a, err := olm.UnpickleAccount(pickle, key)
	return &Account{a}, err
}

// UnpickleLibolmAccount opens the pickle of an account that libolm wrote, under
// the key it was given then. It throws ERR_PICKLE_BASE64, ERR_PICKLE_KEY,
// ERR_PICKLE_VERSION, ERR_LEGACY_ACCOUNT, ERR_PICKLE_CORRUPTED or
// ERR_PICKLE_EXTRA_DATA.
func UnpickleLibolmAccount(pickle string, key bridge.Data) (*Account, error) {
	a, err := libolm.UnpickleAccount(pickle, key)
	return &Account{a}, err
}

// Pickle returns the account sealed under a key of 32 bytes, to be stored.
func (a *Account) Pickle(key *[32]byte) ([]byte, error) { return a.account.Pickle(key) }

// IdentityKeys are the public identity keys of the account.
//
//bridge:property
func (a *Account) IdentityKeys() IdentityKeys {
	return IdentityKeys{a.account.Curve25519Key().String(), a.account.Ed25519Key().String()}
}

// OneTimeKeyCount is how many private one-time keys the account holds,
// published or not.
//
//bridge:property
func (a *Account) OneTimeKeyCount() uint32 { return uint32(a.account.OneTimeKeyCount()) }

// Sign signs a message with the Ed25519 identity key. To sign a JSON object,
// give its canonical form.
func (a *Account) Sign(message bridge.Data) string { return a.account.Sign(message).String() }

// OneTimeKeys returns the one-time keys that are not yet marked as published,
// oldest first.
func (a *Account) OneTimeKeys() []OneTimeKey { return oneTimeKeys(a.account.OneTimeKeys()) }

// GenerateOneTimeKeys adds one-time keys to those of the account. Beyond its
// limit the oldest are dropped and returned: messages that use them can no
// longer be decrypted. It throws ERR_KEY_COUNT.
func (a *Account) GenerateOneTimeKeys(count uint32) ([]OneTimeKey, error) {
	if count > olm.MaxOneTimeKeys {
		return nil, olm.ErrKeyCount
	}
	dropped, err := a.account.GenerateOneTimeKeys(int(count))
	return oneTimeKeys(dropped), err
}

// SetOneTimeKeyLimit sets how many private one-time keys the account keeps, 5000
// unless it is set. Beyond it the oldest are dropped and returned. The limit is
// part of the pickle. It throws ERR_KEY_COUNT.
func (a *Account) SetOneTimeKeyLimit(limit uint32) ([]OneTimeKey, error) {
	dropped, err := a.account.SetOneTimeKeyLimit(int(min(limit, math.MaxInt32)))
	return oneTimeKeys(dropped), err
}

// GenerateFallbackKey makes a new fallback key, for when the homeserver has no
// one-time keys left. The present one becomes the previous one and stays
// usable; the previous one is dropped.
func (a *Account) GenerateFallbackKey() { a.account.GenerateFallbackKey() }

// FallbackKey returns the fallback key if it is not yet marked as published.
func (a *Account) FallbackKey() *OneTimeKey {
	key, ok := a.account.FallbackKey()
	if !ok {
		return nil
	}
	return &OneTimeKey{key.ID, key.Key.String()}
}

// ForgetFallbackKey drops the previous fallback key and returns whether there
// was one. Call it when no message that uses it is to be expected any more.
func (a *Account) ForgetFallbackKey() bool { return a.account.ForgetFallbackKey() }

// MarkKeysAsPublished marks all one-time keys, and the fallback key, as
// published, and returns how many one-time keys were not before. Call it when
// the homeserver has confirmed the upload.
func (a *Account) MarkKeysAsPublished() uint32 { return uint32(a.account.MarkKeysAsPublished()) }

// RemoveOneTimeKey drops a one-time key and returns whether there was one.
// [Account.CreateInboundSession] does so itself. It throws ERR_KEY.
func (a *Account) RemoveOneTimeKey(key string) (bool, error) {
	k, err := keys.ParseCurve25519(key)
	return err == nil && a.account.RemoveOneTimeKey(k), err
}

// CreateOutboundSession makes a session with a device from its identity key
// and one of its one-time keys. The caller has checked the signatures on both.
// It throws ERR_KEY or ERR_WEAK_KEY.
func (a *Account) CreateOutboundSession(identityKey, oneTimeKey string) (*Session, error) {
	identity, err := keys.ParseCurve25519(identityKey)
	if err != nil {
		return nil, err
	}
	oneTime, err := keys.ParseCurve25519(oneTimeKey)
	if err != nil {
		return nil, err
	}
	s, err := a.account.NewOutboundSession(identity, oneTime, olm.Version1)
	return &Session{s}, err
}

// CreateInboundSession makes a session from the pre-key message of a device
// with the given identity key, and decrypts the message. The one-time key is
// dropped once the message has decrypted, not before.
//
// It throws ERR_KEY, ERR_FORMAT, ERR_VERSION, ERR_IDENTITY_KEY,
// ERR_UNKNOWN_ONE_TIME_KEY, ERR_WEAK_KEY or an error of [Session.Decrypt], and
// leaves the account as it was.
func (a *Account) CreateInboundSession(identityKey string, message OlmMessage) (InboundOlm, error) {
	identity, err := keys.ParseCurve25519(identityKey)
	if err != nil {
		return InboundOlm{}, err
	}
	m, err := message.parse()
	if err != nil {
		return InboundOlm{}, err
	}
	s, plaintext, err := a.account.NewInboundSession(identity, m, olm.Version1)
	return InboundOlm{&Session{s}, plaintext}, err
}

// PickleLibolm returns the account as a pickle that libolm reads. Of more than
// 100 one-time keys only the newest are in it.
func (a *Account) PickleLibolm(key bridge.Data) (string, error) {
	return libolm.PickleAccount(a.account, key)
}

// Wipe overwrites the secrets.
func (a *Account) Wipe() { a.account.Wipe() }

func oneTimeKeys(list []olm.OneTimeKey) []OneTimeKey {
	result := make([]OneTimeKey, len(list))
	for i, key := range list {
		result[i] = OneTimeKey{key.ID, key.Key.String()}
	}
	return result
}
