package libolm

import (
	"slices"

	"github.com/mudpuppy-e2ee/mudpuppy/internal/olmstate"
	"github.com/mudpuppy-e2ee/mudpuppy/internal/pickle"
	"github.com/mudpuppy-e2ee/mudpuppy/olm"
)

// Versions of the pickle of an account. The first is broken, the second has no
// fallback keys, and the third always has room for two.
const (
	accountLegacy          = 1
	accountWithoutFallback = 2
	accountTwoFallback     = 3
	accountVersion         = 4
)

const (
	oneTimeKeyLen   = 4 + 1 + keyPairLen
	accountFixedLen = 4 + signingKeyLen + keyPairLen + 4 + 1 + 4
)

// PickleAccount returns the account as a pickle that libolm reads. If there
// are more than [MaxOneTimeKeys] one-time keys, only the newest are in it: to
// learn which are dropped, call [olm.Account.SetOneTimeKeyLimit] beforehand. It
// returns [olm.ErrWiped].
func PickleAccount(a *olm.Account, key []byte) (string, error) {
	state := a.State()
	if state.Wiped() {
		return "", olm.ErrWiped
	}
	return seal(encodeAccount(state), key), nil
}

// UnpickleAccount reads an account that libolm pickled, of any version but the
// first. Of a list of one-time keys longer than libolm's the first
// [MaxOneTimeKeys] are read; from then on the account keeps as many as any
// other does.
//
// It returns [ErrBase64], [ErrKey], [ErrVersion], [ErrLegacyAccount],
// [ErrCorrupted] or [ErrExtraData].
func UnpickleAccount(pickle string, key []byte) (*olm.Account, error) {
	state, err := unpickle(pickle, key, readAccount)
	if err != nil {
		return nil, err
	}
	return olm.AccountFromState(state), nil
}

func encodeAccount(a *olmstate.Account) []byte {
	var fallback []*olmstate.OneTimeKey
	for _, k := range []*olmstate.OneTimeKey{a.Fallback, a.PreviousFallback} {
		if k != nil {
			fallback = append(fallback, k)
		}
	}
	oneTime := a.OneTimeKeys[max(0, len(a.OneTimeKeys)-MaxOneTimeKeys):]

	w := pickle.NewWriter(accountFixedLen + (len(oneTime)+len(fallback))*oneTimeKeyLen)
	w.Uint32(accountVersion)
	writeSigningKey(w, &a.SigningKey)
	writeKeyPair(w, &a.IdentityKey)
	w.Uint32(uint32(len(oneTime)))
	for i := len(oneTime) - 1; i >= 0; i-- { // newest first
		writeOneTimeKey(w, &oneTime[i])
	}
	w.Uint8(uint8(len(fallback)))
	for _, k := range fallback {
		writeOneTimeKey(w, k)
	}
	w.Uint32(a.LastKeyID)
	return w.Bytes()
}

func readAccount(r *pickle.Reader, version uint32) (*olmstate.Account, error) {
	if version == accountLegacy {
		return nil, ErrLegacyAccount
	}
	if version < accountWithoutFallback || version > accountVersion {
		return nil, ErrVersion
	}
	a := &olmstate.Account{
		SigningKey:  readSigningKey(r),
		IdentityKey: readKeyPair(r),
		OneTimeKeys: readOneTimeKeys(r),
		Limit:       olmstate.MaxOneTimeKeys,
	}
	var fallback []olmstate.OneTimeKey // present and previous
	switch version {
	case accountTwoFallback:
		fallback = readTwoFallbackKeys(r)
	case accountVersion:
		fallback = readFallbackKeys(r)
	}
	if len(fallback) > 0 {
		a.Fallback = &fallback[0]
	}
	if len(fallback) > 1 {
		a.PreviousFallback = &fallback[1]
	}
	a.LastKeyID = r.Uint32()
	return a, nil
}

// readOneTimeKeys returns the keys oldest first; the pickle has them the other
// way round.
func readOneTimeKeys(r *pickle.Reader) []olmstate.OneTimeKey {
	var keys []olmstate.OneTimeKey
	for range r.Count(MaxPickleLen, oneTimeKeyLen) {
		k := readOneTimeKey(r)
		if len(keys) == MaxOneTimeKeys {
			k.Key.Wipe()
			continue
		}
		keys = append(keys, k)
	}
	slices.Reverse(keys)
	return keys
}

func readFallbackKeys(r *pickle.Reader) []olmstate.OneTimeKey {
	count := r.Uint8()
	if count > 2 {
		r.Fail()
		return nil
	}
	var keys []olmstate.OneTimeKey
	for range count {
		keys = append(keys, readOneTimeKey(r))
	}
	return keys
}

// readTwoFallbackKeys reads two keys, of which those that exist are marked as
// published.
func readTwoFallbackKeys(r *pickle.Reader) []olmstate.OneTimeKey {
	keys := []olmstate.OneTimeKey{readOneTimeKey(r), readOneTimeKey(r)}
	exist := 0
	for exist < len(keys) && keys[exist].Published {
		exist++
	}
	for i := exist; i < len(keys); i++ {
		keys[i].Key.Wipe()
	}
	return keys[:exist]
}

func writeOneTimeKey(w *pickle.Writer, k *olmstate.OneTimeKey) {
	w.Uint32(k.ID)
	w.Bool(k.Published)
	writeKeyPair(w, &k.Key)
}

func readOneTimeKey(r *pickle.Reader) olmstate.OneTimeKey {
	return olmstate.OneTimeKey{ID: r.Uint32(), Published: r.Bool(), Key: readKeyPair(r)}
}
