package olmstate

import (
	"github.com/mudpuppy-e2ee/mudpuppy/internal/pickle"
)

// accountFormat is the version of the encoding below.
const accountFormat = 1

const oneTimeKeyLen = 4 + 1 + keyPairLen

// MarshalPickle encodes the account; the result is secret and unencrypted.
func (a *Account) MarshalPickle() []byte {
	size := 1 + 32 + 64 + keyPairLen + 4 + 4 + 4 + len(a.OneTimeKeys)*oneTimeKeyLen + 1 + 1
	for _, fallback := range []*OneTimeKey{a.Fallback, a.PreviousFallback} {
		if fallback != nil {
			size += oneTimeKeyLen
		}
	}
	w := pickle.NewWriter(size)
	w.Uint8(accountFormat)
	w.Key(&a.SigningKey.Public)
	w.Raw(a.SigningKey.Expanded.Array()[:]) // not the seed, which libolm's pickles do not hold
	writeKeyPair(w, &a.IdentityKey)
	w.Uint32(a.LastKeyID)
	w.Uint32(uint32(a.Limit))
	w.Uint32(uint32(len(a.OneTimeKeys)))
	for i := range a.OneTimeKeys {
		writeOneTimeKey(w, &a.OneTimeKeys[i])
	}
	for _, fallback := range []*OneTimeKey{a.Fallback, a.PreviousFallback} {
		w.Bool(fallback != nil)
		if fallback != nil {
			writeOneTimeKey(w, fallback)
		}
	}
	return w.Bytes()
}

// UnmarshalAccount decodes what MarshalPickle encoded.
func UnmarshalAccount(b []byte) (*Account, error) {
	r := pickle.NewReader(b)
	if r.Uint8() != accountFormat {
		return nil, pickle.ErrVersion
	}
	a := &Account{SigningKey: r.SigningKey()}
	a.IdentityKey = readKeyPair(r)
	a.LastKeyID = r.Uint32()
	a.Limit = int(min(r.Uint32(), MaxOneTimeKeys+1))
	if a.Limit < 1 || a.Limit > MaxOneTimeKeys {
		r.Fail()
	}
	count := r.Count(a.Limit, oneTimeKeyLen)
	a.OneTimeKeys = make([]OneTimeKey, 0, count)
	for range count {
		a.OneTimeKeys = append(a.OneTimeKeys, readOneTimeKey(r))
	}
	for _, fallback := range []**OneTimeKey{&a.Fallback, &a.PreviousFallback} {
		if r.Bool() {
			key := readOneTimeKey(r)
			*fallback = &key
		}
	}
	if !r.Done() || a.Fallback == nil && a.PreviousFallback != nil {
		a.Wipe()
		return nil, pickle.ErrCorrupted
	}
	return a, nil
}

func writeOneTimeKey(w *pickle.Writer, k *OneTimeKey) {
	w.Uint32(k.ID)
	w.Bool(k.Published)
	writeKeyPair(w, &k.Key)
}

func readOneTimeKey(r *pickle.Reader) OneTimeKey {
	return OneTimeKey{ID: r.Uint32(), Published: r.Bool(), Key: readKeyPair(r)}
}
