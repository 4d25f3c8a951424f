package sealed_test

import (
	"context"
	"testing"

	"github.com/mudpuppy-e2ee/mudpuppy/store"
	"github.com/mudpuppy-e2ee/mudpuppy/store/memory"
)

// busy is a store that has something done while it commits, and counts how often it is
// looked into.
type busy struct {
	*memory.Store
	during func()
	looks  int
}

func (b *busy) Load(ctx context.Context, q store.Query) (store.Page, error) {
	b.looks++
	return b.Store.Load(ctx, q)
}

func (b *busy) Commit(ctx context.Context, epoch uint64, c store.Changes) error {
	if during := b.during; during != nil {
		b.during = nil
		during()
	}
	return b.Store.Commit(ctx, epoch, c)
}

// Nobody waits for a commit only to learn that there is nothing.
func TestNobodyWaitsForWhatThereIsNot(t *testing.T) {
	below := &busy{Store: memory.New()}
	v := &vault{T: t, Store: open(t, below), below: below.Store}
	v.begin()
	v.put(inbound("there", "1"), record(store.Account, "own", "1"))
	for _, c := range []struct {
		name    string
		queries []store.Query
		found   int
		looks   bool
	}{
		{"nothing", []store.Query{sessions("a", "b"), byKey(store.Account, "none")}, 0, false},
		{"a cold record", []store.Query{sessions("a", "there")}, 1, true},
		{"a hot record", []store.Query{sessions("a"), byKey(store.Account, "none", "own")}, 1, true},
		{"all of a table", []store.Query{all(store.InboundSessions)}, 1, true},
	} {
		ask := func(looks bool) {
			t.Helper()
			before := below.looks
			pages, err := v.LoadAll(t.Context(), c.queries)
			if err != nil {
				t.Fatal(err)
			}
			found := 0
			for _, page := range pages {
				if found += len(page.Records); page.Epoch != v.epoch || len(page.Broken) > 0 {
					t.Errorf("%s: %+v", c.name, page)
				}
			}
			if found != c.found || (below.looks > before) != looks {
				t.Errorf("%s: %d records by %d looks", c.name, found, below.looks-before)
			}
		}
		below.during = func() { ask(c.looks) }
		v.put(record(store.Rooms, "room", c.name))
		ask(true) // somebody else may have come since
	}
}

// What was known while a commit was under way is not believed once that has failed.
func TestT37WhoLosesTheStoreInACommitLooksAgain(t *testing.T) {
	below := &busy{Store: memory.New()}
	v := &vault{T: t, Store: open(t, below), below: below.Store}
	v.begin()
	other := &vault{T: t, Store: open(t, below.Store), below: below.Store}
	below.during = func() {
		other.claim()
		other.put(inbound("1", "of another"))
	}
	if err := v.Commit(t.Context(), v.epoch, store.Changes{Puts: []store.Record{inbound("2", "x")}}); err != store.ErrStale {
		t.Errorf("the error is %v, not %v", err, store.ErrStale)
	}
	pages, err := v.LoadAll(t.Context(), []store.Query{sessions("1")})
	if err != nil || len(pages[0].Records) != 1 {
		t.Errorf("%+v, %v", pages, err)
	}
}
