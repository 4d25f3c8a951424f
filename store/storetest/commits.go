package storetest

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"

	"github.com/mudpuppy-e2ee/mudpuppy/store"
)

func invalidChanges(s *suite) {
	o := s.owned()
	good := record(store.Rooms, "good", "v")
	long := strings.Repeat("k", store.MaxKeyLen+1)
	for _, c := range []store.Changes{
		{Puts: []store.Record{good, record("no table", "k", "v")}},
		{Puts: []store.Record{good, record(store.Rooms, "", "v")}},
		{Puts: []store.Record{good, record(store.Rooms, long, "v")}},
		{Puts: []store.Record{good, record(store.Rooms, "a\x00b", "v")}},
		{Puts: []store.Record{good, record(store.Rooms, "\xff", "v")}},
		{Puts: []store.Record{good, record(store.Rooms, "\xed\xa0\x80", "v")}}, // half of a surrogate pair
		{Puts: []store.Record{good, good}},
		{Puts: []store.Record{good}, Deletes: []store.Ref{good.Ref}},
		{Puts: []store.Record{good}, Deletes: []store.Ref{ref(store.Rooms, long)}},
		{Puts: []store.Record{good, {Ref: ref(store.Rooms, "k"), Indexes: store.Indexes{Room: "r"}}}},
		{Puts: []store.Record{good, {Ref: ref(store.InboundSessions, "k"), Indexes: store.Indexes{Room: long}}}},
		{Puts: []store.Record{good, {Ref: ref(store.Rooms, "k"), Value: make([]byte, store.MaxValueLen+1)}}},
		{Puts: []store.Record{good}, Deletes: make([]store.Ref, store.MaxChanges)},
	} {
		s.wantsError("invalid changes", o.Commit(s.ctx, o.epoch, c), store.ErrInvalid)
	}
	o.wants(table(store.Rooms))
}

func largestCommit(s *suite) {
	o := s.owned()
	var many, large []store.Record
	for i := range store.MaxChanges {
		many = append(many, inRoom(fmt.Sprintf("%d", i), "r", ""))
	}
	o.put(many...)
	o.wants(store.Query{Table: store.InboundSessions, Index: store.ByRoom, Value: "r"}, many...)
	for i := range store.MaxBytes / store.MaxValueLen {
		large = append(large, store.Record{Ref: ref(store.Settings, fmt.Sprintf("%d", i)), Value: make([]byte, store.MaxValueLen)})
	}
	o.put(large...)
	for i := range large {
		o.wants(store.Query{Table: store.Settings, Keys: []string{large[i].Key}}, large[i])
	}
}

// sealedRoom commits what a sealed store may ask of the one below it.
func sealedRoom(s *suite) {
	o := s.owned()
	if err := o.Commit(s.ctx, o.epoch, store.Changes{Sealed: true}); errors.Is(err, store.ErrInvalid) {
		s.Skip("it is a sealed store itself, with no other one above it")
	}
	c := store.Changes{Sealed: true}
	for i := range store.MaxChanges + store.SealedRoomChanges {
		r := record(store.Settings, fmt.Sprintf("%d", i), "v")
		if i < store.MaxBytes/store.MaxValueLen {
			r.Value = make([]byte, store.MaxValueLen+store.SealedRoom)
		}
		c.Put(r)
	}
	o.commit(c)
	o.wants(table(store.Settings), c.Puts...)
	for _, large := range []store.Changes{
		{Sealed: true, Deletes: append(make([]store.Ref, 1+store.SealedRoomChanges), make([]store.Ref, store.MaxChanges)...)},
		{Sealed: true, Puts: []store.Record{{Ref: ref(store.Rooms, "k"), Value: make([]byte, store.MaxValueLen+store.SealedRoom+1)}}},
	} {
		s.wantsError("too much even for a sealed store", o.Commit(s.ctx, o.epoch, large), store.ErrInvalid)
	}
}

func commitsAtOnce(s *suite) {
	o := s.owned()
	const many = 32
	var want []store.Record
	var wait sync.WaitGroup
	for i := range many {
		a, b := inRoom(fmt.Sprintf("%d", i), "r", ""), record(store.Users, fmt.Sprintf("%d", i), "v")
		want = append(want, a)
		wait.Go(func() {
			if err := o.Commit(s.ctx, o.epoch, store.Changes{Puts: []store.Record{a, b}}); err != nil {
				s.Errorf("Commit: %v", err)
			}
		})
	}
	wait.Wait()
	o.wants(table(store.InboundSessions), want...)
}

// endedContexts allows that a call succeeds nevertheless, or that it fails, but
// nothing in between.
func endedContexts(s *suite) {
	o := s.owned()
	ended, end := context.WithCancel(s.ctx)
	end()
	c := store.Changes{Puts: []store.Record{record(store.Rooms, "a", "v"), record(store.Users, "a", "v")}}
	err := o.Commit(ended, o.epoch, c)
	if err != nil {
		s.wantsError("Commit", err, context.Canceled)
	}
	rooms, devices := len(o.all(table(store.Rooms))), len(o.all(table(store.Users)))
	if rooms != devices || err == nil && rooms == 0 {
		s.Errorf("Commit: %v, with %d and %d records", err, rooms, devices)
	}
	if _, err := o.Load(ended, table(store.Rooms)); err != nil {
		s.wantsError("Load", err, context.Canceled)
	}
	o.commit(c)
}

// randomChanges compares a store with a map, under changes of all kinds.
func randomChanges(s *suite) {
	o := s.owned()
	model := make(map[store.Ref]store.Record)
	tables := []store.Table{store.InboundSessions, store.OlmSessions, store.Account}
	for range 60 {
		var c store.Changes
		for range s.rand.IntN(12) {
			at := ref(tables[s.rand.IntN(len(tables))], fmt.Sprintf("%d", s.rand.IntN(25)))
			if inChanges(&c, at) {
				continue
			}
			if s.rand.IntN(3) == 0 {
				c.Delete(at)
				delete(model, at)
				continue
			}
			r := store.Record{Ref: at, Value: make([]byte, s.rand.IntN(300))}
			for i := range r.Value {
				r.Value[i] = byte(s.rand.IntN(256))
			}
			for _, i := range store.Defined(at.Table).Indexes {
				if n := s.rand.IntN(4); n > 0 {
					r.Indexes.Set(i, fmt.Sprintf("value %d", n))
				}
			}
			c.Put(r)
			model[at] = r
		}
		o.commit(c)
		s.compare(o, model, tables)
	}
}

func (s *suite) compare(o *owned, model map[store.Ref]store.Record, tables []store.Table) {
	s.Helper()
	d := store.Defined(tables[s.rand.IntN(len(tables))])
	queries := []store.Query{{Table: d.Table, Limit: 1 + s.rand.IntN(30)}}
	for _, i := range d.Indexes {
		queries = append(queries, store.Query{Table: d.Table, Index: i, Value: "value 1"})
	}
	for _, q := range queries {
		var want []store.Record
		for _, r := range model {
			if r.Table == q.Table && (q.Index == "" || r.Indexes.Get(q.Index) == q.Value) {
				want = append(want, r)
			}
		}
		o.wants(q, want...)
	}
}

func inChanges(c *store.Changes, at store.Ref) bool {
	for i := range c.Puts {
		if c.Puts[i].Ref == at {
			return true
		}
	}
	for _, r := range c.Deletes {
		if r == at {
			return true
		}
	}
	return false
}
