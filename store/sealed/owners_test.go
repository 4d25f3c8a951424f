package sealed_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"

	"github.com/mudpuppy-e2ee/mudpuppy/internal/testrand"
	"github.com/mudpuppy-e2ee/mudpuppy/store"
	"github.com/mudpuppy-e2ee/mudpuppy/store/memory"
	"github.com/mudpuppy-e2ee/mudpuppy/store/sealed"
)

// TestT37OneDataKey: of many who make a store at once, all get the same one.
func TestT37OneDataKey(t *testing.T) {
	below := memory.New()
	const many = 8
	opened := make([]*sealed.Store, many)
	var wait sync.WaitGroup
	for i := range many {
		wait.Go(func() {
			s, err := sealed.Open(context.Background(), below, rawKey(1))
			if err != nil {
				t.Error(err)
			}
			opened[i] = s
		})
	}
	wait.Wait()
	for i, s := range opened {
		v := &vault{T: t, Store: s, below: below}
		v.claim()
		v.put(record(store.Account, fmt.Sprint(i), "x"), record(store.Requests, fmt.Sprint(i), "x"))
	}
	for _, s := range opened {
		v := &vault{T: t, Store: s, below: below}
		for _, table := range []store.Table{store.Account, store.Requests} {
			if values, broken := v.load(all(table)); len(values) != many || len(broken) > 0 {
				t.Errorf("%s: %v, broken %v", table, values, broken)
			}
		}
	}
}

// gap is a store in which something else happens just before its first commit.
type gap struct {
	*memory.Store
	between func()
}

func (g *gap) Commit(ctx context.Context, epoch uint64, c store.Changes) error {
	if between := g.between; between != nil {
		g.between = nil
		between()
	}
	return g.Store.Commit(ctx, epoch, c)
}

// TestT37OneDataKeyInTheGap makes the store just when another one is about to.
func TestT37OneDataKeyInTheGap(t *testing.T) {
	below := memory.New()
	slow := &gap{Store: below}
	slow.between = func() { openVault(t, below).put(record(store.Account, "own", "x")) }
	s := &vault{T: t, Store: open(t, slow), below: below}
	s.wants(all(store.Account), "own", "x")
}

// TestT37HandlesOfOneEpoch: whoever knows the epoch may commit, from several
// handles in turn, and none takes the other's changes back.
func TestT37HandlesOfOneEpoch(t *testing.T) {
	a := newVault(t)
	b := a.again()
	r := testrand.New(t)
	want := make(map[string]string)
	for i := range 60 {
		of, key, value := a, fmt.Sprint(r.IntN(5)), fmt.Sprint(i)
		if i < 6 { // first each in turn
			key = fmt.Sprint(i)
		}
		if i%2 == 1 && i < 6 || i >= 6 && r.IntN(2) == 0 {
			of = b
		}
		of.put(record(store.Account, key, value), session(key, "r", value))
		want[key] = value
		var pairs []string
		for key, value := range want {
			pairs = append(pairs, key, value)
		}
		for _, of := range []*vault{a, b} {
			of.wants(all(store.Account), pairs...)
			of.wants(byRoom("r"), pairs...)
			of.intact()
		}
	}
}

// TestT37CommitInTheGap lets another handle commit just before this one does,
// after it has prepared its commit.
func TestT37CommitInTheGap(t *testing.T) {
	below := memory.New()
	slow := &gap{Store: below}
	a := &vault{T: t, Store: open(t, slow), below: below}
	a.claim()
	a.put(record(store.Account, "own", "1"))
	b := a.again()
	slow.between = func() { b.put(record(store.Account, "other", "2"), record(store.Account, "own", "2")) }
	a.put(record(store.Account, "third", "3"))
	a.wants(all(store.Account), "own", "2", "other", "2", "third", "3")
	a.again().intact()

	// Another owner is another matter.
	c := a.again()
	slow.between = c.claim
	err := a.Commit(t.Context(), a.epoch, store.Changes{Puts: []store.Record{record(store.Account, "own", "4")}})
	if !errors.Is(err, store.ErrStale) {
		t.Errorf("Commit of the owner before: %v", err)
	}
	c.wants(all(store.Account), "own", "2", "other", "2", "third", "3")
	c.intact()
}

// TestT37ReadersSeeNothingBroken: readers of the same handle and of another one
// find hot records whole while they change all the time.
func TestT37ReadersSeeNothingBroken(t *testing.T) {
	v := newVault(t)
	for i := range 20 {
		v.put(olm(fmt.Sprint(i), "s", "0"))
	}
	ctx, stop := context.WithCancel(context.Background())
	var wait sync.WaitGroup
	for _, s := range []*sealed.Store{v.Store, v.again().Store, v.Store} {
		wait.Go(func() {
			for n := 0; ctx.Err() == nil; n++ {
				q := []store.Query{bySender("s"), all(store.OlmSessions), byKey(store.OlmSessions, "1", "2", "3")}[n%3]
				page, err := s.Load(ctx, q)
				if err != nil && ctx.Err() == nil {
					t.Errorf("Load: %v", err)
				}
				if len(page.Broken) > 0 {
					t.Errorf("%+v: broken %+v", q, page.Broken)
				}
			}
		})
	}
	for i := range testrand.Count(t, 300) {
		key := fmt.Sprint(i % 20)
		if i%7 == 0 {
			v.delete(ref(store.OlmSessions, key))
		} else {
			v.put(olm(key, "s", fmt.Sprint(i)), olm(fmt.Sprint((i+1)%20), "s", fmt.Sprint(i)))
		}
	}
	stop()
	wait.Wait()
	v.again().intact()
}

// TestRandomOwners compares with a model what several handles make of many
// changes, by commits and claims of each.
func TestRandomOwners(t *testing.T) {
	r := testrand.New(t)
	below := memory.New()
	handles := []*vault{openVault(t, below), openVault(t, below), openVault(t, below)}
	model := make(map[string]string)
	owner := handles[2]
	for range testrand.Count(t, 150) {
		if r.IntN(10) == 0 {
			owner = handles[r.IntN(len(handles))]
			owner.claim()
		}
		var c store.Changes
		changed := make(map[store.Ref]bool)
		for range r.IntN(10) {
			d := store.Tables[r.IntN(len(store.Tables))]
			at := ref(d.Table, fmt.Sprint(r.IntN(12)))
			if changed[at] {
				continue
			}
			changed[at] = true
			if r.IntN(3) == 0 {
				c.Delete(at)
				continue
			}
			x := store.Record{Ref: at, Value: testrand.Bytes(r, r.IntN(50))}
			for _, i := range d.Indexes {
				x.Indexes.Set(i, []string{"", "one", "two"}[r.IntN(3)])
			}
			c.Put(x)
		}
		owner.commit(c)
		model = apply(model, c)
		for _, of := range handles {
			if got := contents(t, of); fmt.Sprint(got) != fmt.Sprint(model) {
				t.Fatalf("there is %v, want %v", got, model)
			}
		}
		handles[r.IntN(len(handles))].intact()
	}
}
