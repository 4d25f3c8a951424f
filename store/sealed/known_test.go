package sealed_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/mudpuppy-e2ee/mudpuppy/store"
	"github.com/mudpuppy-e2ee/mudpuppy/store/memory"
	"github.com/mudpuppy-e2ee/mudpuppy/store/sealed"
)

// watched counts the records that are asked for by their keys, and calls meanwhile after
// they were found.
type watched struct {
	store.Store
	asked     int
	meanwhile func()
}

func (w *watched) Load(ctx context.Context, q store.Query) (store.Page, error) {
	page, err := w.Store.Load(ctx, q)
	if q.Table == store.InboundSessions {
		w.asked += len(q.Keys)
		if do := w.meanwhile; do != nil {
			w.meanwhile = nil
			do()
		}
	}
	return page, err
}

// watch makes a sealed store over a watched one.
func watch(t *testing.T) (*vault, *watched) {
	t.Helper()
	below := memory.New()
	w := &watched{Store: below}
	v := &vault{T: t, Store: open(t, w), below: below}
	v.begin()
	return v, w
}

// begin claims the store and commits once, after which the state is known.
func (v *vault) begin() {
	v.Helper()
	v.claim()
	v.put(record(store.Rooms, "room", "x"))
}

func inbound(name, value string) store.Record { return record(store.InboundSessions, name, value) }

func sessions(names ...string) store.Query {
	return store.Query{Table: store.InboundSessions, Keys: names}
}

// Both ways to ask a store.
var looks = map[string]func(s *sealed.Store, q store.Query) (store.Page, error){
	"alone": func(s *sealed.Store, q store.Query) (store.Page, error) { return s.Load(context.Background(), q) },
	"among others": func(s *sealed.Store, q store.Query) (store.Page, error) {
		pages, err := s.LoadAll(context.Background(), []store.Query{q, byKey(store.Rooms, "none")})
		if err != nil {
			return store.Page{}, err
		}
		return pages[0], nil
	},
}

func TestNobodyLooksForWhatThereIsNot(t *testing.T) {
	for name, look := range looks {
		t.Run(name, func(t *testing.T) {
			v, w := watch(t)
			finds := func(count int, names ...string) {
				t.Helper()
				if page, err := look(v.Store, sessions(names...)); err != nil || len(page.Records) != count {
					t.Errorf("%d records, %v", len(page.Records), err)
				}
			}
			for i := range 5 {
				name := fmt.Sprint(i)
				finds(0, name)
				v.put(inbound(name, "a"))
			}
			if w.asked != 0 {
				t.Errorf("%d records were asked for, while all that there are were known", w.asked)
			}
			v, w = v.again(), &watched{Store: v.below}
			v.Store = open(t, w)
			v.begin()
			finds(1, "0", "other")
			if w.asked != 2 {
				t.Errorf("%d of 2 records were asked for, while others are not known", w.asked)
			}
			finds(0, "other")
			if v.put(inbound("other", "b")); w.asked != 2 {
				t.Error("what was just not there is looked for again")
			}
			finds(3, "0", "1", "other")
		})
	}
}

// What a look has found while something else was committed is good, except for what that
// has changed.
func TestALookOutlastsACommit(t *testing.T) {
	v, w := watch(t)
	v.put(inbound("old", "1"), inbound("changed", "1"), inbound("unknown", "1"))
	v.Store = open(t, w) // which knows of nothing
	v.begin()
	w.meanwhile = func() { v.put(inbound("changed", "2"), inbound("new", "2")) }
	if _, err := v.Load(t.Context(), sessions("old", "changed", "new")); err != nil {
		t.Fatal(err)
	}
	before := w.asked
	v.put(inbound("old", "3"), inbound("changed", "3"), inbound("new", "3"))
	if w.asked != before {
		t.Errorf("%d records were looked for again", w.asked-before)
	}
	v.again().wants(sessions("old", "changed", "new"), "old", "3", "changed", "3", "new", "3")
	if report, err := v.again().Verify(t.Context()); err != nil || len(report.Broken) > 0 {
		t.Errorf("%v, %v", report, err)
	} else {
		for _, table := range report.Tables {
			if !table.Intact {
				t.Errorf("table %s is not what was written", table.Table)
			}
		}
	}
}

// Who has lost the store without having noticed must see what its owner has written.
func TestWhatIsKnownEndsWithTheOwnership(t *testing.T) {
	v, _ := watch(t)
	v.wants(sessions("1"))
	other := &vault{T: t, Store: open(t, v.below), below: v.below}
	other.claim()
	other.put(inbound("1", "of another"))
	v.wants(sessions("1"), "1", "of another")
	if err := v.Commit(t.Context(), v.epoch, store.Changes{Puts: []store.Record{inbound("2", "x")}}); err != store.ErrStale {
		t.Errorf("the error is %v, not %v", err, store.ErrStale)
	}
}
