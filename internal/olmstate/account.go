package olmstate

import (
	"slices"

	"github.com/mudpuppy-e2ee/mudpuppy/internal/curve25519"
)

// MaxOneTimeKeys is how many private one-time keys an account keeps, so that a
// late pre-key message still finds its key. It is what vodozemac keeps.
const MaxOneTimeKeys = 5000

// OneTimeKey is a one-time key or a fallback key.
type OneTimeKey struct {
	ID        uint32
	Published bool
	Key       KeyPair
}

// Account is the long-term state of a device.
type Account struct {
	IdentityKey      KeyPair               // Curve25519
	SigningKey       curve25519.SigningKey // Ed25519
	OneTimeKeys      []OneTimeKey          // oldest first
	Limit            int                   // on the length of OneTimeKeys
	Fallback         *OneTimeKey           // nil before the first is made
	PreviousFallback *OneTimeKey           // the one before it, until forgotten
	LastKeyID        uint32                // the last id given out, to one-time and fallback keys alike
}

// NewAccount makes an account with new identity keys.
func NewAccount() *Account {
	// The signing key comes first, as in libolm.
	signing := curve25519.GenerateSigningKey()
	return &Account{
		SigningKey:  signing,
		IdentityKey: curve25519.GenerateKeyPair(),
		Limit:       MaxOneTimeKeys,
	}
}

// nextKey gives a new key pair the next id.
func (a *Account) nextKey(pair KeyPair) OneTimeKey {
	a.LastKeyID++
	return OneTimeKey{ID: a.LastKeyID, Key: pair}
}

// Generate adds n one-time keys. Beyond the limit the oldest are dropped, and
// returned, with their public halves only.
func (a *Account) Generate(n int) (removed []OneTimeKey, err error) {
	if n < 0 || n > MaxOneTimeKeys {
		return nil, ErrKeyCount
	}
	pairs := make([]KeyPair, 0, n)
	for len(pairs) < n {
		pairs = append(pairs, curve25519.GenerateKeyPairs(min(n-len(pairs), 100))...)
	}
	for _, pair := range pairs { // not before all of them are there
		a.OneTimeKeys = append(a.OneTimeKeys, a.nextKey(pair))
	}
	return a.SetLimit(a.Limit)
}

// SetLimit sets how many one-time keys the account keeps, and drops the oldest
// beyond it.
func (a *Account) SetLimit(limit int) (removed []OneTimeKey, err error) {
	if limit < 1 || limit > MaxOneTimeKeys {
		return nil, ErrKeyCount
	}
	a.Limit = limit
	excess := max(0, len(a.OneTimeKeys)-limit)
	for i := range a.OneTimeKeys[:excess] {
		a.OneTimeKeys[i].Key.Wipe()
	}
	removed = slices.Clone(a.OneTimeKeys[:excess])
	a.OneTimeKeys = slices.Delete(a.OneTimeKeys, 0, excess)
	return removed, nil
}

// MarkPublished marks all keys as published and returns how many one-time keys
// were not before.
func (a *Account) MarkPublished() int {
	count := 0
	for i := range a.OneTimeKeys {
		if !a.OneTimeKeys[i].Published {
			a.OneTimeKeys[i].Published = true
			count++
		}
	}
	if a.Fallback != nil {
		a.Fallback.Published = true
	}
	return count
}

// GenerateFallback makes a new fallback key. The one before stays usable, and
// the one before that, which is returned if there is one, is dropped.
func (a *Account) GenerateFallback() (removed *OneTimeKey) {
	pair := curve25519.GenerateKeyPair() // before anything changes
	removed = a.PreviousFallback
	if removed != nil {
		removed.Key.Wipe()
	}
	a.PreviousFallback = a.Fallback
	key := a.nextKey(pair)
	a.Fallback = &key
	return removed
}

// ForgetFallback drops the previous fallback key and reports whether there was
// one.
func (a *Account) ForgetFallback() bool {
	if a.PreviousFallback == nil {
		return false
	}
	a.PreviousFallback.Key.Wipe()
	a.PreviousFallback = nil
	return true
}

// indexOf finds a one-time key. Public keys are compared, so the search need
// not take constant time.
func (a *Account) indexOf(public *[32]byte) int {
	return slices.IndexFunc(a.OneTimeKeys, func(k OneTimeKey) bool { return k.Key.Public == *public })
}

// findKey finds the key pair of a one-time or fallback key, or nil.
func (a *Account) findKey(public *[32]byte) *KeyPair {
	if i := a.indexOf(public); i >= 0 {
		return &a.OneTimeKeys[i].Key
	}
	for _, fallback := range []*OneTimeKey{a.Fallback, a.PreviousFallback} {
		if fallback != nil && fallback.Key.Public == *public {
			return &fallback.Key
		}
	}
	return nil
}

// RemoveKey drops a one-time key and reports whether there was one. Fallback
// keys stay.
func (a *Account) RemoveKey(public *[32]byte) bool {
	i := a.indexOf(public)
	if i < 0 {
		return false
	}
	a.OneTimeKeys[i].Key.Wipe()
	a.OneTimeKeys = slices.Delete(a.OneTimeKeys, i, i+1)
	return true
}

// Wipe overwrites all secrets and drops the one-time keys; the public identity
// keys stay.
func (a *Account) Wipe() {
	a.IdentityKey.Wipe()
	a.SigningKey.Wipe()
	for i := range a.OneTimeKeys {
		a.OneTimeKeys[i].Key.Wipe()
	}
	for _, fallback := range []*OneTimeKey{a.Fallback, a.PreviousFallback} {
		if fallback != nil {
			fallback.Key.Wipe()
		}
	}
	a.OneTimeKeys, a.Fallback, a.PreviousFallback = nil, nil, nil
}

// Wiped reports whether the account holds no secrets, wiped or never made.
func (a *Account) Wiped() bool { return a.IdentityKey.Private.IsZero() }
