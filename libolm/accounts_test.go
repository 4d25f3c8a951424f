package libolm

import (
	"testing"

	"github.com/mudpuppy-e2ee/mudpuppy/internal/vectors"
	"github.com/mudpuppy-e2ee/mudpuppy/olm"
)

type accountCase struct {
	ID    string
	Key   vectors.Hex `json:"pickle_key_hex"`
	Steps []accountStep
}

type accountStep struct {
	Op                  string
	Random              vectors.Hex `json:"random_hex"`
	Text                string
	Count               int
	Explain             string
	SigningSeed         vectors.Hex   `json:"ed25519_seed_hex"`       // the first half of Random
	IdentityPrivate     vectors.Hex   `json:"curve25519_private_hex"` // the second
	MaxOneTimeKeys      int           `json:"max_number_of_one_time_keys"`
	Signature           string        `json:"signature_b64"`
	Pickle              string        `json:"pickle_b64"`
	IdentityKeys        *identityKeys `json:"identity_keys"`
	OneTimeKeys         *publicKeys   `json:"one_time_keys"`
	UnpublishedFallback *publicKeys   `json:"unpublished_fallback_key"`
}

// TestAccountLife repeats with the same random bytes what accounts of libolm
// did, and compares keys, signatures and pickles after every step.
func TestAccountLife(t *testing.T) {
	for _, s := range vectors.Load[strict[accountCase]](t, "generated_by_libolm/accounts.json") {
		c := s.v
		t.Run(c.ID, func(t *testing.T) {
			var a *olm.Account
			for i, step := range c.Steps {
				withRandom(t, step.Random, func() { a = step.run(t, a, c.Key) })
				step.check(t, a, c.Key)
				if t.Failed() {
					t.Fatalf("at step %d: %s", i, step.Op)
				}
			}
		})
	}
}

func (s *accountStep) run(t *testing.T, a *olm.Account, key []byte) *olm.Account {
	switch s.Op {
	case "create":
		a = olm.NewAccount()
		if _, err := a.SetOneTimeKeyLimit(MaxOneTimeKeys); err != nil {
			t.Fatal(err)
		}
		equalHex(t, "seed and private key", append(s.SigningSeed, s.IdentityPrivate...), s.Random)
		equalHex(t, "private key", a.State().IdentityKey.Private.Array()[:], s.IdentityPrivate)
	case "unpickle":
		a = must[*olm.Account](t)(UnpickleAccount(s.Pickle, key))
	case "sign":
		equal(t, "signature", a.Sign([]byte(s.Text)).String(), s.Signature)
	case "generate_one_time_keys":
		before := a.OneTimeKeyCount()
		dropped := must[[]olm.OneTimeKey](t)(a.GenerateOneTimeKeys(s.Count))
		equal(t, "dropped", len(dropped), max(0, before+s.Count-MaxOneTimeKeys))
	case "generate_fallback_key":
		a.GenerateFallbackKey()
	case "forget_old_fallback_key":
		equal(t, "forgotten", a.ForgetFallbackKey(), true)
	case "mark_keys_as_published":
		a.MarkKeysAsPublished()
	default:
		t.Fatalf("unknown step %q", s.Op)
	}
	return a
}

func (s *accountStep) check(t *testing.T, a *olm.Account, key []byte) {
	if s.MaxOneTimeKeys != 0 {
		equal(t, "limit", s.MaxOneTimeKeys, MaxOneTimeKeys)
	}
	if s.IdentityKeys != nil {
		equal(t, "identity keys", publicIdentity(a), *s.IdentityKeys)
	}
	if s.OneTimeKeys != nil {
		equalKeys(t, "one-time keys", a.OneTimeKeys(), *s.OneTimeKeys)
	}
	if s.UnpublishedFallback != nil {
		equalKeys(t, "unpublished fallback key", fallbackKeys(a, false), *s.UnpublishedFallback)
	}
	if s.Pickle != "" {
		equal(t, "pickle", must[string](t)(PickleAccount(a, key)), s.Pickle)
	}
}
