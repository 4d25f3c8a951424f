// Package storetest tells whether an implementation of [store.Store] is right.
// A test of it calls [Run]:
//
//	func TestStore(t *testing.T) {
//		storetest.Run(t, func(t *testing.T) storetest.Open {
//			path := filepath.Join(t.TempDir(), "store") // a new place for each test
//			return func() store.Store { return mystore.Open(path) }
//		})
//	}
//
// The npm package has the same suite for stores written in JavaScript, as
// mudpuppy/store-conformance.
package storetest

import (
	"context"
	"errors"
	"math/rand/v2"
	"testing"

	"github.com/mudpuppy-e2ee/mudpuppy/internal/testrand"
	"github.com/mudpuppy-e2ee/mudpuppy/store"
)

// Open opens a store at a place, each time anew: what one of the stores commits
// the others load. A store that is no longer used is closed, if it has a method
// Close.
type Open func() store.Store

// Run runs the whole suite. It calls fresh for each test, for a place where
// there is no store yet.
func Run(t *testing.T, fresh func(t *testing.T) Open) {
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			c.test(&suite{T: t, ctx: t.Context(), open: fresh(t), rand: testrand.New(t)})
		})
	}
}

// cases are the suite. The npm package has those of the same names.
var cases = []struct {
	name string
	test func(*suite)
}{
	{"a new store is empty", newStore},
	{"claims", claims},
	{"a stale owner changes nothing", staleOwner},
	{"of many claims at once each gets its own epoch", claimsAtOnce},
	{"records come back as they were", roundTrip},
	{"the largest values and keys", largest},
	{"texts that are easily confused", confusingTexts},
	{"replacing and deleting", replaceAndDelete},
	{"what was given and loaded is copied", copies},
	{"the same store opened again", reopened},
	{"queries for keys", byKeys},
	{"queries for an index", byIndex},
	{"indexes follow their records", movedIndex},
	{"pages", pages},
	{"pages while records change", pagesMeanwhile},
	{"several queries at once", together},
	{"invalid changes change nothing", invalidChanges},
	{"invalid queries", invalidQueries},
	{"the largest commit", largestCommit},
	{"room for a sealed store", sealedRoom},
	{"many commits at once", commitsAtOnce},
	{"ended contexts", endedContexts},
	{"random changes", randomChanges},
}

// suite is what a test works with.
type suite struct {
	*testing.T
	ctx  context.Context
	open Open
	rand *rand.Rand
}

// owned opens the store and claims it.
func (s *suite) owned() *owned {
	s.Helper()
	o := &owned{suite: s, Store: s.opened()}
	var err error
	if o.epoch, err = store.Claim(s.ctx, o.Store); err != nil {
		s.Fatalf("Claim: %v", err)
	}
	return o
}

func (s *suite) opened() store.Store {
	opened := s.open()
	if closer, ok := opened.(interface{ Close() error }); ok {
		s.Cleanup(func() { closer.Close() })
	}
	return opened
}

// owned is a store with its owner's epoch.
type owned struct {
	*suite
	store.Store
	epoch uint64
}

// commit commits what must succeed.
func (o *owned) commit(c store.Changes) {
	o.Helper()
	if err := o.Commit(o.ctx, o.epoch, c); err != nil {
		o.Fatalf("Commit: %v", err)
	}
}

func (o *owned) put(records ...store.Record) {
	o.Helper()
	o.commit(store.Changes{Puts: records})
}

// all returns all records that a query finds, page by page.
func (o *owned) all(q store.Query) map[string]store.Record {
	o.Helper()
	found := make(map[string]store.Record)
	for n := 0; ; n++ {
		page, err := o.Load(o.ctx, q)
		if err != nil {
			o.Fatalf("Load %+v: %v", q, err)
		}
		if len(page.Broken) > 0 {
			o.Fatalf("Load %+v: broken records: %+v", q, page.Broken)
		}
		if q.Keys == nil && len(page.Records) > q.PageLen() {
			o.Fatalf("Load %+v: a page of %d", q, len(page.Records))
		}
		for _, r := range page.Records {
			if r.Table != q.Table {
				o.Fatalf("Load %+v: a record of table %q", q, r.Table)
			}
			if _, twice := found[r.Key]; twice {
				o.Fatalf("Load %+v: %q came twice", q, r.Key)
			}
			found[r.Key] = r
		}
		if page.Next == "" {
			return found
		}
		if q.After = page.Next; n > 10000 {
			o.Fatalf("Load %+v: the pages do not end", q)
		}
	}
}

func (o *owned) wants(q store.Query, want ...store.Record) {
	o.Helper()
	got := o.all(q)
	for _, w := range want {
		if g, ok := got[w.Key]; !ok {
			o.Errorf("Load %+v: %q is missing", q, w.Key)
		} else if string(g.Value) != string(w.Value) || g.Indexes != w.Indexes {
			o.Errorf("Load %+v: %q is %d bytes, %+v, not %d bytes, %+v", q, w.Key, len(g.Value), g.Indexes, len(w.Value), w.Indexes)
		}
		delete(got, w.Key)
	}
	for key := range got {
		o.Errorf("Load %+v: %q should not be there", q, key)
	}
}

func (s *suite) wantsError(what string, got, want error) {
	s.Helper()
	if !errors.Is(got, want) {
		s.Errorf("%s: %v, want %v", what, got, want)
	}
}

func ref(t store.Table, key string) store.Ref { return store.Ref{Table: t, Key: key} }

// record makes a record whose value tells its key and a version.
func record(t store.Table, key, value string) store.Record {
	return store.Record{Ref: ref(t, key), Value: []byte(value)}
}

func inRoom(key, room, pending string) store.Record {
	r := record(store.InboundSessions, key, "session "+key)
	r.Indexes = store.Indexes{Room: room, Pending: pending}
	return r
}

func table(t store.Table) store.Query { return store.Query{Table: t} }
