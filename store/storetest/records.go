package storetest

import (
	"strings"

	"github.com/mudpuppy-e2ee/mudpuppy/store"
)

func roundTrip(s *suite) {
	o := s.owned()
	every := make([]byte, 256)
	for i := range every {
		every[i] = byte(i)
	}
	records := []store.Record{
		{Ref: ref(store.OlmSessions, "bytes"), Value: every, Indexes: store.Indexes{Sender: "key"}},
		{Ref: ref(store.OlmSessions, "nothing"), Value: nil},
		{Ref: ref(store.OlmSessions, "zero"), Value: []byte{0}},
	}
	for _, d := range store.Tables {
		// The same key in all tables is another record in each.
		r := record(d.Table, "key", "of "+string(d.Table))
		for _, i := range d.Indexes {
			r.Indexes.Set(i, "by "+string(i))
		}
		records = append(records, r)
	}
	o.put(records...)
	for _, d := range store.Tables {
		var want []store.Record
		for _, r := range records {
			if r.Table == d.Table {
				want = append(want, r)
			}
		}
		o.wants(table(d.Table), want...)
	}
}

func largest(s *suite) {
	o := s.owned()
	key := strings.Repeat("k", store.MaxKeyLen)
	r := store.Record{Ref: ref(store.InboundSessions, key), Value: make([]byte, store.MaxValueLen)}
	r.Indexes = store.Indexes{Room: strings.Repeat("r", store.MaxKeyLen), Pending: strings.Repeat("p", store.MaxKeyLen)}
	for i := range r.Value {
		r.Value[i] = byte(i * i >> 3)
	}
	o.put(r)
	o.wants(store.Query{Table: r.Table, Keys: []string{key}}, r)
	o.wants(store.Query{Table: r.Table, Index: store.ByRoom, Value: r.Indexes.Room}, r)
}

func confusingTexts(s *suite) {
	o := s.owned()
	var want []store.Record
	for _, key := range []string{
		"a", "A", "a ", " a", "á", "a\u0301", "\x01", "\x7f", "'; DROP TABLE account; --", "%", "_", "*", `"`, `\`, "/", ":", "\u2028",
		"\U0001f98e", "\uffff", "__proto__", "constructor", "toString", "null", "undefined", "0", "00", "-0", "1e3", "NaN", "true",
		"!room:example.org", "+/", "\r\n", "\ufeff",
	} {
		want = append(want, inRoom(key, "in "+key, key))
	}
	o.put(want...)
	o.wants(table(store.InboundSessions), want...)
	for _, r := range want {
		o.wants(store.Query{Table: r.Table, Keys: []string{r.Key}}, r)
		o.wants(store.Query{Table: r.Table, Index: store.ByRoom, Value: r.Indexes.Room}, r)
		o.wants(store.Query{Table: r.Table, Index: store.Pending, Value: r.Key}, r)
	}
}

func replaceAndDelete(s *suite) {
	o := s.owned()
	o.put(record(store.Rooms, "a", "1"), record(store.Rooms, "b", "1"), record(store.Requests, "a", "1"))
	o.put(record(store.Rooms, "a", "22"))
	o.wants(table(store.Rooms), record(store.Rooms, "a", "22"), record(store.Rooms, "b", "1"))
	o.commit(store.Changes{
		Puts:    []store.Record{record(store.Rooms, "c", "")},
		Deletes: []store.Ref{ref(store.Rooms, "a"), ref(store.Rooms, "never"), ref(store.Users, "a")},
	})
	o.wants(table(store.Rooms), record(store.Rooms, "b", "1"), record(store.Rooms, "c", ""))
	o.wants(table(store.Requests), record(store.Requests, "a", "1"))
	o.put(record(store.Rooms, "a", "again"))
	o.wants(store.Query{Table: store.Rooms, Keys: []string{"a"}}, record(store.Rooms, "a", "again"))
}

func copies(s *suite) {
	o := s.owned()
	want := record(store.Secrets, "k", "as it was")
	given := record(store.Secrets, "k", "as it was")
	o.put(given)
	clear(given.Value)
	for range 2 {
		page, err := o.Load(s.ctx, table(store.Secrets))
		if err != nil || len(page.Records) != 1 {
			s.Fatal(page, err)
		}
		clear(page.Records[0].Value)
		o.wants(table(store.Secrets), want)
	}
}

func reopened(s *suite) {
	a := s.owned()
	a.put(inRoom("1", "r", ""), record(store.Account, "own", "key"))
	b := &owned{suite: s, Store: s.opened(), epoch: a.epoch}
	b.wants(table(store.InboundSessions), inRoom("1", "r", ""))
	b.put(inRoom("2", "r", "")) // the owner is who knows the epoch
	a.wants(store.Query{Table: store.InboundSessions, Index: store.ByRoom, Value: "r"}, inRoom("1", "r", ""), inRoom("2", "r", ""))
	a.commit(store.Changes{Relaxed: true, Puts: []store.Record{inRoom("3", "r", "")}})
	b.wants(store.Query{Table: store.InboundSessions, Keys: []string{"3"}}, inRoom("3", "r", ""))
}
