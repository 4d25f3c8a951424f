package memory

import (
	"bytes"
	"slices"

	"github.com/mudpuppy-e2ee/mudpuppy/store"
)

// entry is a record with a number, by which lists are ordered.
type entry struct {
	store.Record
	number uint64
	gone   bool
}

func (e *entry) copy() store.Record {
	r := e.Record
	r.Value = bytes.Clone(r.Value)
	return r
}

// table holds records by key and, numbered in the order in which they came, by
// index.
type table struct {
	definition store.Definition
	last       uint64
	byKey      map[string]*entry
	all        *list
	byIndex    map[store.Index]map[string]*list
}

func newTable(d store.Definition) *table {
	t := &table{definition: d, byKey: make(map[string]*entry), all: new(list), byIndex: make(map[store.Index]map[string]*list)}
	for _, i := range d.Indexes {
		t.byIndex[i] = make(map[string]*list)
	}
	return t
}

// put adds a record, or replaces the one with its key. As nothing changes an
// entry, a record that is replaced gets a new one with the old number.
func (t *table) put(r store.Record) {
	e := &entry{Record: r}
	if before := t.byKey[r.Key]; before != nil {
		e.number = before.number
		t.remove(before)
	} else {
		t.last++
		e.number = t.last
	}
	t.byKey[r.Key] = e
	t.all.insert(e)
	for _, i := range t.definition.Indexes {
		value := r.Indexes.Get(i)
		if value == "" {
			continue
		}
		if t.byIndex[i][value] == nil {
			t.byIndex[i][value] = new(list)
		}
		t.byIndex[i][value].insert(e)
	}
}

func (t *table) delete(key string) {
	if e := t.byKey[key]; e != nil {
		t.remove(e)
		delete(t.byKey, key)
	}
}

// remove takes an entry out of all lists.
func (t *table) remove(e *entry) {
	e.gone = true
	t.all.removed()
	for _, i := range t.definition.Indexes {
		value := e.Indexes.Get(i)
		if value == "" {
			continue
		}
		if t.byIndex[i][value].removed(); t.byIndex[i][value].empty() {
			delete(t.byIndex[i], value)
		}
	}
}

// list returns the records that an index finds, or all.
func (t *table) list(i store.Index, value string) *list {
	if i == "" {
		return t.all
	}
	if l := t.byIndex[i][value]; l != nil {
		return l
	}
	return new(list)
}

// list is entries by their numbers. Those that are gone stay until they are
// half of it.
type list struct {
	entries []*entry
	gone    int
}

func byNumber(e *entry, number uint64) int {
	switch {
	case e.number < number:
		return -1
	case e.number > number:
		return 1
	}
	return 0
}

// insert adds an entry: at the end, unless it takes the place of another one.
func (l *list) insert(e *entry) {
	at := len(l.entries)
	if at > 0 && l.entries[at-1].number >= e.number {
		var there bool
		at, there = slices.BinarySearchFunc(l.entries, e.number, byNumber)
		if there && l.entries[at].gone {
			l.entries[at] = e
			l.gone--
			return
		}
	}
	l.entries = slices.Insert(l.entries, at, e)
}

// removed takes note that one more entry is gone.
func (l *list) removed() {
	l.gone++
	if l.gone > len(l.entries)/2 {
		l.entries = slices.DeleteFunc(l.entries, func(e *entry) bool { return e.gone })
		l.gone = 0
	}
}

func (l *list) empty() bool { return len(l.entries) == l.gone }

// after returns up to limit entries with higher numbers, and whether there are
// more.
func (l *list) after(number uint64, limit int) (found []*entry, more bool) {
	at, there := slices.BinarySearchFunc(l.entries, number, byNumber)
	if there {
		at++
	}
	for _, e := range l.entries[at:] {
		if e.gone {
			continue
		}
		if len(found) == limit {
			return found, true
		}
		found = append(found, e)
	}
	return found, false
}
