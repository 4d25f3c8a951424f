package sealed

import (
	"bytes"
	"slices"

	"github.com/mudpuppy-e2ee/mudpuppy/store"
)

// numbered gives each table its number in head and buckets. New ones come last.
var numbered = [...]store.Table{
	store.Meta, store.Account, store.OlmSessions, store.OutboundSessions, store.InboundSessions, store.Users,
	store.Rooms, store.Requests, store.Withheld, store.Secrets, store.Settings, store.Quarantine,
}

func numberOf(t store.Table) int { return slices.Index(numbered[:], t) }

// state is what head and buckets tell. It does not change: each commit makes a
// new one.
type state struct {
	inner, outer uint64 // the epochs of the store below, and of this one
	counter      uint64 // of commits
	mark         mark   // of the head
	broken       string // why the head cannot be believed, if so

	totals  [len(numbered)]total
	buckets [buckets]bucket
}

// buckets is into how many records the marks of hot records are divided. A
// commit writes those that it touches.
const buckets = 32

// bucket holds the marks of the hot records whose names begin with the same five
// bits. So the buckets, one after the other, are in the order of names.
type bucket struct {
	entries []entry // in the order of names
	mark    mark    // of the bucket's record, zero if there is none
	broken  string  // why the bucket cannot be believed, if so
}

// entry says what version of a hot record is to be there.
type entry struct {
	name  name
	table uint8
	mark  mark
	index name // of what it is found by, besides its key
}

func bucketOf(n *name) int { return int(n[0] >> 3) }

func (b *bucket) search(n *name) (int, bool) {
	return slices.BinarySearchFunc(b.entries, n, func(e entry, n *name) int {
		return bytes.Compare(e.name[:], n[:])
	})
}

// insert adds an entry, or replaces the one with its name.
func (b *bucket) insert(e entry) {
	at, there := b.search(&e.name)
	if there {
		b.entries[at] = e
		return
	}
	b.entries = slices.Insert(b.entries, at, e)
}

// entry returns the entry of a version of a record.
func (k *keys) entry(n name, table int, m mark, r *store.Record) entry {
	e := entry{name: n, table: uint8(table), mark: m}
	for _, i := range store.Defined(r.Table).Indexes { // a hot table has one at the most
		if text := r.Indexes.Get(i); text != "" {
			e.index = k.index(r.Table, i, text)
		}
	}
	return e
}

// find returns the entry of a hot record, or nil.
func (s *state) find(n *name) *entry {
	b := &s.buckets[bucketOf(n)]
	if at, ok := b.search(n); ok {
		return &b.entries[at]
	}
	return nil
}

// list returns the names, after a given one, of the hot records that a table
// has, or those that an index finds. There are more if it returns limit names.
func (s *state) list(table int, index *name, after *name, limit int) (names []name) {
	for i := bucketOf(after); i < buckets; i++ {
		b := &s.buckets[i]
		at, there := b.search(after)
		if there {
			at++
		}
		for _, e := range b.entries[at:] {
			if len(names) == limit {
				return names
			}
			if int(e.table) == table && (*index == name{} || e.index == *index) {
				names = append(names, e.name)
			}
		}
	}
	return names
}

// judge says what is wrong with a hot record that was opened, or "".
func (s *state) judge(n *name, o *opened) string {
	if reason := s.doubt(n); reason != "" {
		return reason
	}
	e := s.find(n)
	switch {
	case e != nil && e.mark == o.mark:
		return ""
	case o.counter > s.counter:
		return ReasonHead
	case e == nil:
		return ReasonPutBack
	}
	return ReasonRolledBack
}

// doubt says why nothing can be known of a hot record, or "".
func (s *state) doubt(n *name) string {
	if s.broken != "" {
		return s.broken
	}
	if s.buckets[bucketOf(n)].broken != "" {
		return ReasonBucket
	}
	return ""
}

// doubts lists the records of our own that are broken.
func (s *state) doubts() (list []store.Broken) {
	if s.broken != "" {
		return []store.Broken{{Ref: headPlace.Ref, Reason: s.broken}}
	}
	for i := range s.buckets {
		if s.buckets[i].broken != "" {
			list = append(list, store.Broken{Ref: bucketPlace(i).Ref, Reason: s.buckets[i].broken})
		}
	}
	return list
}
