package olm_test

import (
	"errors"
	"slices"
	"testing"

	"github.com/mudpuppy-e2ee/mudpuppy/internal/olmstate"
	"github.com/mudpuppy-e2ee/mudpuppy/internal/pickle"
	"github.com/mudpuppy-e2ee/mudpuppy/olm"
)

// T16: a pickle must hold a state that a session, or an account, can be in,
// though only the holder of the key could have put another one there.

func TestT16HostileSessionsAreRefused(t *testing.T) {
	for name, c := range map[string]struct {
		alter func(s *olmstate.Session)
		want  error
	}{
		"control":            {func(*olmstate.Session) {}, nil},
		"version 0":          {func(s *olmstate.Session) { s.Version = 0 }, olm.ErrPickleCorrupted},
		"version 3":          {func(s *olmstate.Session) { s.Version = 3 }, olm.ErrPickleCorrupted},
		"no chain":           {func(s *olmstate.Session) { s.Ratchet.Sender, s.Ratchet.Receivers = nil, nil }, olm.ErrPickleCorrupted},
		"most chains":        {func(s *olmstate.Session) { lengthen(&s.Ratchet.Receivers, olm.MaxReceiverChains) }, nil},
		"a chain too many":   {func(s *olmstate.Session) { lengthen(&s.Ratchet.Receivers, olm.MaxReceiverChains+1) }, olm.ErrPickleCorrupted},
		"most skipped keys":  {func(s *olmstate.Session) { lengthen(&s.Ratchet.Skipped, olm.MaxSkippedKeys) }, nil},
		"a skipped key more": {func(s *olmstate.Session) { lengthen(&s.Ratchet.Skipped, olm.MaxSkippedKeys+1) }, olm.ErrPickleCorrupted},
	} {
		p := answered(t, olm.Version1)
		encrypt(t, p.aliceSession, "lost")
		deliver(t, p.aliceSession, p.bobSession, "arrives")
		c.alter(p.bobSession.State())
		sealed := pickle.Seal(&pickleKey, "olm session", p.bobSession.State().MarshalPickle())
		if _, err := olm.UnpickleSession(sealed, &pickleKey); !errors.Is(err, c.want) {
			t.Errorf("%s: got %v, want %v", name, err, c.want)
		}
	}
}

func TestT16HostileAccountsAreRefused(t *testing.T) {
	for name, c := range map[string]struct {
		alter func(a *olmstate.Account)
		want  error
	}{
		"control":                  {func(*olmstate.Account) {}, nil},
		"limit 0":                  {func(a *olmstate.Account) { a.Limit, a.OneTimeKeys = 0, nil }, olm.ErrPickleCorrupted},
		"limit too high":           {func(a *olmstate.Account) { a.Limit = olm.MaxOneTimeKeys + 1 }, olm.ErrPickleCorrupted},
		"limit of 2^32-1":          {func(a *olmstate.Account) { a.Limit = 1<<32 - 1 }, olm.ErrPickleCorrupted},
		"more keys than the limit": {func(a *olmstate.Account) { a.Limit = len(a.OneTimeKeys) - 1 }, olm.ErrPickleCorrupted},
		"only a previous fallback": {func(a *olmstate.Account) { a.Fallback = nil }, olm.ErrPickleCorrupted},
	} {
		a := olm.NewAccount()
		generate(t, a, 3)
		a.GenerateFallbackKey()
		a.GenerateFallbackKey()
		c.alter(a.State())
		sealed := pickle.Seal(&pickleKey, "olm account", a.State().MarshalPickle())
		if _, err := olm.UnpickleAccount(sealed, &pickleKey); !errors.Is(err, c.want) {
			t.Errorf("%s: got %v, want %v", name, err, c.want)
		}
	}
}

// lengthen repeats the first element of a list.
func lengthen[T any](list *[]T, n int) { *list = slices.Repeat((*list)[:1], n) }
