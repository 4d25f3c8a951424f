package storetest

import (
	"fmt"
	"slices"
	"strings"

	"github.com/mudpuppy-e2ee/mudpuppy/store"
)

func byKeys(s *suite) {
	o := s.owned()
	var all []store.Record
	var keys []string
	for i := range 700 {
		key := fmt.Sprintf("key %d", i)
		all, keys = append(all, record(store.Users, key, "of "+key)), append(keys, key)
	}
	o.put(all...)
	o.wants(store.Query{Table: store.Users, Keys: []string{"key 5", "missing", "key 699"}}, all[5], all[699])
	o.wants(store.Query{Table: store.Users, Keys: []string{"missing"}})
	o.wants(store.Query{Table: store.Users, Keys: []string{}}) // not all of them
	o.wants(store.Query{Table: store.Rooms, Keys: []string{"key 5"}})
	// All that was asked for comes at once, whatever the limit.
	page, err := o.Load(s.ctx, store.Query{Table: store.Users, Keys: keys, Limit: 3})
	if err != nil || len(page.Records) != len(keys) || page.Next != "" {
		s.Errorf("%d keys: %d records, next %q, %v", len(keys), len(page.Records), page.Next, err)
	}
}

func byIndex(s *suite) {
	o := s.owned()
	a, b, c := inRoom("a", "r", "backup"), inRoom("b", "r", ""), inRoom("c", "rr", "backup")
	o.put(a, b, c, inRoom("d", "", ""))
	for _, q := range []struct {
		index store.Index
		value string
		want  []store.Record
	}{
		{store.ByRoom, "r", []store.Record{a, b}},
		{store.ByRoom, "rr", []store.Record{c}},
		{store.ByRoom, "R", nil},
		{store.ByRoom, "backup", nil},
		{store.Pending, "backup", []store.Record{a, c}},
		{store.Pending, "r", nil},
	} {
		o.wants(store.Query{Table: store.InboundSessions, Index: q.index, Value: q.value}, q.want...)
	}
	o.wants(store.Query{Table: store.Withheld, Index: store.ByRoom, Value: "r"})
}

func movedIndex(s *suite) {
	o := s.owned()
	of := func(i store.Index, value string) store.Query {
		return store.Query{Table: store.InboundSessions, Index: i, Value: value}
	}
	o.put(inRoom("a", "r", "backup"), inRoom("b", "r", "backup"))
	o.put(inRoom("a", "r", ""))
	o.wants(of(store.ByRoom, "r"), inRoom("a", "r", ""), inRoom("b", "r", "backup"))
	o.wants(of(store.Pending, "backup"), inRoom("b", "r", "backup"))
	o.put(inRoom("b", "q", "later"))
	o.wants(of(store.ByRoom, "r"), inRoom("a", "r", ""))
	o.wants(of(store.ByRoom, "q"), inRoom("b", "q", "later"))
	o.wants(of(store.Pending, "backup"))
	o.commit(store.Changes{Deletes: []store.Ref{ref(store.InboundSessions, "b")}})
	o.wants(of(store.ByRoom, "q"))
	o.wants(of(store.Pending, "later"))
	o.put(inRoom("b", "r", ""))
	o.wants(of(store.ByRoom, "r"), inRoom("a", "r", ""), inRoom("b", "r", ""))
}

func pages(s *suite) {
	o := s.owned()
	var all, some []store.Record
	for i := range 1100 {
		r := inRoom(fmt.Sprintf("%d", i), "r", "")
		if i%3 == 0 {
			r.Indexes.Pending = "backup"
			some = append(some, r)
		}
		all = append(all, r)
	}
	o.put(all...)
	for _, limit := range []int{0, 1, 7, 100, 1099, 1100, 1101} {
		if limit == 1 {
			o.wants(store.Query{Table: store.InboundSessions, Index: store.Pending, Value: "backup", Limit: limit}, some...)
			continue
		}
		o.wants(store.Query{Table: store.InboundSessions, Limit: limit}, all...)
		o.wants(store.Query{Table: store.InboundSessions, Index: store.ByRoom, Value: "r", Limit: limit}, all...)
		o.wants(store.Query{Table: store.InboundSessions, Index: store.Pending, Value: "backup", Limit: limit}, some...)
	}
}

// pagesMeanwhile changes records between pages. Those that are left alone come
// exactly once; the others may come or not, but not twice.
func pagesMeanwhile(s *suite) {
	for _, q := range []store.Query{
		{Table: store.InboundSessions, Limit: 10},
		{Table: store.InboundSessions, Limit: 10, Index: store.ByRoom, Value: "r"},
	} {
		o := s.owned()
		left := make(map[string]bool)
		for i := range 200 {
			key := fmt.Sprintf("key %03d", i)
			o.put(inRoom(key, "r", ""))
			left[key] = i%4 != 0
		}
		seen := make(map[string]bool)
		for n := 0; ; n++ {
			page, err := o.Load(s.ctx, q)
			if err != nil {
				s.Fatal(err)
			}
			for _, r := range page.Records {
				if left[r.Key] && seen[r.Key] {
					s.Errorf("%q came twice", r.Key)
				}
				seen[r.Key] = true
			}
			if q.After = page.Next; q.After == "" {
				break
			}
			changed, gone := fmt.Sprintf("key %03d", n*8%200), fmt.Sprintf("key %03d", (n*8+4)%200)
			o.commit(store.Changes{
				Puts:    []store.Record{inRoom(changed, "r", "new"), inRoom(fmt.Sprintf("new %d", n), "r", "")},
				Deletes: []store.Ref{ref(store.InboundSessions, gone)},
			})
		}
		for key, alone := range left {
			if alone && !seen[key] {
				s.Errorf("%+v: %q did not come", q, key)
			}
		}
	}
}

// together asks for several things at once, which must come as they would one by one:
// also from a handle that has seen nothing, and right after a claim.
func together(s *suite) {
	o := s.owned()
	var records []store.Record
	var keys []string
	for i := range 20 {
		keys = append(keys, fmt.Sprintf("key %d", i))
		for _, d := range store.Tables {
			if d.Table != store.Meta && s.rand.IntN(2) == 0 {
				records = append(records, record(d.Table, keys[i], fmt.Sprint(d.Table, i)))
			}
		}
	}
	o.put(records...)
	o.put(inRoom("a", "r", ""), inRoom("b", "r", ""))
	queries := []store.Query{{Table: store.InboundSessions, Index: store.ByRoom, Value: "r"}, {Table: store.Users, Limit: 7}}
	for _, d := range store.Tables {
		queries = append(queries, store.Query{Table: d.Table, Keys: keys[:s.rand.IntN(len(keys))+1]})
		if !d.Hot {
			queries = append(queries, table(d.Table))
		}
	}
	fresh := &owned{suite: s, Store: s.opened()}
	fresh.togetherIs(o, queries)
	var err error
	if o.epoch, err = store.Claim(s.ctx, o.Store); err != nil {
		s.Fatal(err)
	}
	o.togetherIs(o, queries)
	o.put(record(store.Users, keys[0], "changed"), record(store.Account, keys[0], "changed"))
	fresh.togetherIs(o, queries)
	o.togetherIs(o, append(queries, table(store.Account)))
	_, err = store.LoadAll(s.ctx, o.Store, table(store.Users), store.Query{})
	s.wantsError("one invalid query of two", err, store.ErrInvalid)
}

// togetherIs wants several queries to have the answers that other gives one by one.
func (o *owned) togetherIs(other *owned, queries []store.Query) {
	o.Helper()
	pages, err := store.LoadAll(o.ctx, o.Store, queries...)
	if err != nil || len(pages) != len(queries) {
		o.Fatalf("%d pages for %d queries: %v", len(pages), len(queries), err)
	}
	for i, q := range queries {
		want, err := other.Load(o.ctx, q)
		if err != nil {
			o.Fatal(err)
		}
		if got, want := describe(&pages[i]), describe(&want); got != want {
			o.Errorf("%+v among others: %s; alone: %s", q, got, want)
		}
	}
}

// describe is what a page holds, in an order of its own.
func describe(p *store.Page) string {
	records := slices.Clone(p.Records)
	slices.SortFunc(records, func(a, b store.Record) int { return strings.Compare(a.Key, b.Key) })
	return fmt.Sprintf("epoch %d, more %t, broken %v: %q", p.Epoch, p.Next != "", p.Broken, records)
}

func invalidQueries(s *suite) {
	o := s.owned()
	for _, q := range []store.Query{
		{},
		{Table: "no table"},
		{Table: store.InboundSessions, Index: "no index", Value: "v"},
		{Table: store.InboundSessions, Index: store.BySender, Value: "v"},
		{Table: store.InboundSessions, Index: store.ByRoom},
		{Table: store.InboundSessions, Value: "v"},
		{Table: store.InboundSessions, Index: store.ByRoom, Value: "v", Keys: []string{"k"}},
		{Table: store.InboundSessions, Limit: -1},
		{Table: store.InboundSessions, Keys: make([]string, store.MaxChanges+1)},
	} {
		_, err := o.Load(s.ctx, q)
		s.wantsError(fmt.Sprintf("Load %.200v", q), err, store.ErrInvalid)
	}
}
