package sealed_test

import (
	"context"
	"testing"

	"github.com/mudpuppy-e2ee/mudpuppy/store"
	"github.com/mudpuppy-e2ee/mudpuppy/store/memory"
)

// interrupted is a store in which something else happens before the first look at
// table Account.
type interrupted struct {
	*memory.Store
	between func()
}

func (s *interrupted) Load(ctx context.Context, q store.Query) (store.Page, error) {
	if between := s.between; between != nil && q.Table == store.Account {
		s.between = nil
		between()
	}
	return s.Store.Load(ctx, q)
}

// TestT37TogetherLooksAgain has another handle commit while several queries are
// answered: nothing is broken because of that, and nothing is of two times.
func TestT37TogetherLooksAgain(t *testing.T) {
	for name, change := range map[string]func(other *vault){
		"a change":          func(other *vault) { other.put(record(store.Account, "own", "2"), record(store.Requests, "d", "2")) },
		"a deletion":        func(other *vault) { other.delete(record(store.Account, "own", "").Ref) },
		"a claim":           func(other *vault) { other.claim() },
		"a claim, a change": func(other *vault) { other.claim(); other.put(record(store.Account, "own", "2")) },
	} {
		t.Run(name, func(t *testing.T) {
			below := &interrupted{Store: memory.New()}
			v := openVault(t, below.Store)
			v.put(record(store.Account, "own", "1"), record(store.Requests, "d", "1"))
			for _, known := range []bool{false, true} {
				one := &vault{T: t, Store: open(t, below), below: below.Store, epoch: v.epoch}
				if known {
					one.put(record(store.Account, "own", "1"), record(store.Requests, "d", "1"))
				}
				other := one.again()
				if !known { // the store below tells no difference then
					other.put(record(store.Settings, "s", "of the other"))
				}
				below.between = func() { change(other) }
				queries := []store.Query{byKey(store.Requests, "d"), byKey(store.Account, "own", "none")}
				pages, err := one.LoadAll(t.Context(), queries)
				if err != nil {
					t.Fatal(err)
				}
				want, _ := other.load(queries[1])
				if len(pages[1].Broken) > 0 || len(pages[1].Records) != len(want) || pages[1].Epoch != other.epoch {
					t.Errorf("known %t: %+v, want %v in epoch %d", known, pages[1], want, other.epoch)
				}
				for _, r := range pages[1].Records {
					if want[r.Key] != string(r.Value) {
						t.Errorf("known %t: %q is %q, want %q", known, r.Key, r.Value, want[r.Key])
					}
				}
				v.epoch = other.epoch
			}
		})
	}
}
