package sealed_test

import (
	"fmt"
	"testing"

	"github.com/mudpuppy-e2ee/mudpuppy/store"
	"github.com/mudpuppy-e2ee/mudpuppy/store/memory"
	"github.com/mudpuppy-e2ee/mudpuppy/store/sealed"
)

// benchmarkCommit replaces records as long as a session, again and again.
func benchmarkCommit(b *testing.B, open func() store.Store, table store.Table, records int) {
	s := open()
	epoch, err := store.Claim(b.Context(), s)
	if err != nil {
		b.Fatal(err)
	}
	var c store.Changes
	for i := range records {
		r := store.Record{Ref: ref(table, fmt.Sprint(i)), Value: make([]byte, 400)}
		for _, index := range store.Defined(table).Indexes {
			r.Indexes.Set(index, fmt.Sprintf("!%s%d:example.org", index, i%50))
		}
		c.Put(r)
	}
	b.SetBytes(int64(c.Bytes()))
	for b.Loop() {
		if err := s.Commit(b.Context(), epoch, c); err != nil {
			b.Fatal(err)
		}
	}
}

func openSealed(b *testing.B) func() store.Store {
	return func() store.Store {
		s, err := sealed.Open(b.Context(), memory.New(), rawKey(1))
		if err != nil {
			b.Fatal(err)
		}
		return s
	}
}

func openMemory() store.Store { return memory.New() }

func BenchmarkCommit(b *testing.B) {
	for _, n := range []int{1, 200} {
		for _, table := range []store.Table{store.InboundSessions, store.Account} {
			b.Run(fmt.Sprintf("sealed/%s/%d", table, n), func(b *testing.B) { benchmarkCommit(b, openSealed(b), table, n) })
		}
		b.Run(fmt.Sprintf("memory/%d", n), func(b *testing.B) { benchmarkCommit(b, openMemory, store.InboundSessions, n) })
	}
}

func BenchmarkLoad(b *testing.B) {
	for _, table := range []store.Table{store.InboundSessions, store.Account} {
		b.Run(string(table), func(b *testing.B) {
			s := openSealed(b)()
			epoch, err := store.Claim(b.Context(), s)
			if err != nil {
				b.Fatal(err)
			}
			var c store.Changes
			for i := range 200 {
				c.Put(store.Record{Ref: ref(table, fmt.Sprint(i)), Value: make([]byte, 1024)})
			}
			if err := s.Commit(b.Context(), epoch, c); err != nil {
				b.Fatal(err)
			}
			b.SetBytes(int64(c.Bytes()))
			for b.Loop() {
				page, err := s.Load(b.Context(), all(table))
				if err != nil || len(page.Records) != 200 {
					b.Fatal(len(page.Records), err)
				}
			}
		})
	}
}
