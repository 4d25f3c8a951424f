package sealed_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/mudpuppy-e2ee/mudpuppy/store"
	"github.com/mudpuppy-e2ee/mudpuppy/store/memory"
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
	v.claim()
	return v, w
}

func inbound(name, value string) store.Record { return record(store.InboundSessions, name, value) }

func sessions(names ...string) store.Query {
	return store.Query{Table: store.InboundSessions, Keys: names}
}

func TestNobodyLooksForWhatThereIsNot(t *testing.T) {
	v, w := watch(t)
	for i := range 5 {
		name := fmt.Sprint(i)
		v.wants(sessions(name))
		v.put(inbound(name, "a"))
	}
	if w.asked != 0 {
		t.Errorf("%d records were asked for, while all that there are were known", w.asked)
	}
	again, w := v.again(), &watched{Store: v.below}
	again.Store = open(t, w)
	again.claim()
	again.wants(sessions("0", "other"), "0", "a")
	if w.asked != 2 {
		t.Errorf("%d of 2 records were asked for, while others are not known", w.asked)
	}
	again.wants(sessions("other"))
	if again.put(inbound("other", "b")); w.asked != 2 {
		t.Error("what was just not there is looked for again")
	}
	again.wants(sessions("0", "1", "other"), "0", "a", "1", "a", "other", "b")
}

// What a look has found while something else was committed is good, except for what that
// has changed.
func TestALookOutlastsACommit(t *testing.T) {
	v, w := watch(t)
	v.put(inbound("old", "1"), inbound("changed", "1"), inbound("unknown", "1"))
	v.Store = open(t, w) // which knows of nothing
	v.claim()
	w.meanwhile = func() { v.put(inbound("changed", "2"), inbound("new", "2")) }
	v.load(sessions("old", "changed", "new"))
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
