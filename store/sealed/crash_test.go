package sealed_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"testing"

	"github.com/mudpuppy-e2ee/mudpuppy/store"
	"github.com/mudpuppy-e2ee/mudpuppy/store/memory"
	"github.com/mudpuppy-e2ee/mudpuppy/store/sealed"
)

var errFault = errors.New("a fault")

// fault is what a faulty store does.
type fault int

const (
	failsBefore  fault = iota // does nothing, and says so
	failsAfter                // does it, and says that it failed
	staleAfter                // does it, and says that it is stale
	twice                     // does it twice, and tells of the second time
	crashesAfter              // does it, and nothing from then on
	faults
)

// faulty is a store in which one call, of a given number, goes wrong.
type faulty struct {
	*memory.Store
	fault fault
	left  int
	over  bool
}

func (f *faulty) Load(ctx context.Context, q store.Query) (store.Page, error) {
	f.left--
	if f.over || f.left == 0 && f.fault != twice {
		f.over = f.over || f.fault == crashesAfter
		return store.Page{}, errFault
	}
	return f.Store.Load(ctx, q)
}

func (f *faulty) Commit(ctx context.Context, epoch uint64, c store.Changes) error {
	f.left--
	if f.over {
		return errFault
	}
	if f.left != 0 {
		return f.Store.Commit(ctx, epoch, c)
	}
	if f.fault == failsBefore {
		return errFault
	}
	err := f.Store.Commit(ctx, epoch, c)
	switch f.fault {
	case twice:
		return f.Store.Commit(ctx, epoch, c)
	case staleAfter:
		return store.ErrStale
	case crashesAfter:
		f.over = true
	}
	return errors.Join(errFault, err)
}

// steps are what is done to a store while it fails.
func steps() []store.Changes {
	return []store.Changes{
		{Puts: []store.Record{record(store.Account, "own", "1"), session("a", "r", "1"), olm("o", "s", "1")}},
		{Puts: []store.Record{record(store.Account, "own", "2"), session("b", "r", "1")}, Relaxed: true},
		{Puts: []store.Record{session("a", "q", "2"), olm("p", "s", "1")}, Deletes: []store.Ref{ref(store.OlmSessions, "o"), ref(store.Rooms, "x")}},
		{},
		{Puts: []store.Record{record(store.Account, "own", "3"), session("c", "r", "1")}, Claim: true},
		{Puts: []store.Record{olm("p", "t", "2")}, Deletes: []store.Ref{ref(store.InboundSessions, "b")}},
		{Claim: true},
		{Puts: []store.Record{record(store.Account, "own", "4")}, Deletes: []store.Ref{ref(store.OlmSessions, "p")}},
	}
}

// apply does to a model what a commit does to a store.
func apply(model map[string]string, c store.Changes) map[string]string {
	model = maps.Clone(model)
	for _, r := range c.Puts {
		model[string(r.Table)+"/"+r.Key] = fmt.Sprintf("%s %+v", r.Value, r.Indexes)
	}
	for _, r := range c.Deletes {
		delete(model, string(r.Table)+"/"+r.Key)
	}
	return model
}

// contents are all records of a store, as in a model.
func contents(t *testing.T, s store.Store) map[string]string {
	t.Helper()
	model := make(map[string]string)
	for _, d := range store.Tables {
		q := all(d.Table)
		for {
			page, err := s.Load(t.Context(), q)
			if err != nil || len(page.Broken) > 0 {
				t.Fatalf("%s: broken %v, %v", d.Table, page.Broken, err)
			}
			model = apply(model, store.Changes{Puts: page.Records})
			if q.After = page.Next; q.After == "" {
				break
			}
		}
	}
	return model
}

// TestT37CrashAtEveryStep lets each call to the store below go wrong in turn, in
// every way. Whoever opens the store then finds it as it was before the commit
// that failed, or after it; and so does who goes on with the same handle.
func TestT37CrashAtEveryStep(t *testing.T) {
	for f := range faults {
		for n := 1; ; n++ {
			x := &trial{
				T: t, what: fmt.Sprintf("fault %d at call %d", f, n),
				below: &faulty{Store: memory.New(), fault: f, left: n}, model: make(map[string]string),
			}
			x.run()
			if x.below.left > 0 { // nothing went wrong any more
				if n < 20 {
					t.Errorf("fault %d: it takes only %d calls", f, n)
				}
				break
			}
		}
	}
}

// trial is a program that keeps its state in a store where something goes wrong.
type trial struct {
	*testing.T
	what  string
	below *faulty
	s     *sealed.Store
	epoch uint64
	model map[string]string // what is in the store
}

func (x *trial) run() {
	x.begin()
	for _, c := range steps() {
		epoch := x.epoch
		if c.Claim {
			epoch++
		}
		err := x.s.Commit(x.Context(), epoch, c)
		after := apply(x.model, c)
		if err == nil {
			x.epoch = epoch
			x.look(after)
			continue
		}
		x.look(x.model, after)
		x.begin()
		x.look(x.model)
	}
	left := x.below.left
	x.below.left = -1 // nothing goes wrong any more
	if got := contents(x.T, x.s); !maps.Equal(got, x.model) {
		x.Errorf("%s: the same handle finds %v, want %v", x.what, got, x.model)
	}
	x.below.left = left
}

// begin opens and claims the store, anew after a crash. The fault may come to
// pass in here, once.
func (x *trial) begin() {
	x.Helper()
	var err error
	for range 4 {
		if x.below.over { // the next program finds a store that works
			x.below.over, x.s = false, nil
		}
		if x.s == nil {
			if x.s, err = sealed.Open(x.Context(), x.below, rawKey(1)); err != nil {
				continue
			}
		}
		if x.epoch, err = store.Claim(x.Context(), x.s); err == nil && !x.below.over {
			return
		}
	}
	x.Fatalf("%s: %v", x.what, err)
}

// look looks at the store with fresh eyes. It must be in one of some states.
func (x *trial) look(states ...map[string]string) {
	x.Helper()
	fresh := &vault{T: x.T, Store: open(x.T, x.below.Store), below: x.below.Store}
	got := contents(x.T, fresh)
	i := slices.IndexFunc(states, func(m map[string]string) bool { return maps.Equal(m, got) })
	if i < 0 {
		x.Fatalf("%s: there is %v, want one of %v", x.what, got, states)
	}
	x.model = states[i]
	if report := fresh.verify(); !report.Intact() {
		x.Fatalf("%s: %+v", x.what, report)
	}
}
