//go:build js

package indexeddb

import (
	"context"

	"github.com/mudpuppy-e2ee/mudpuppy/internal/safejs"

	"github.com/mudpuppy-e2ee/mudpuppy/internal/browser"
	"github.com/mudpuppy-e2ee/mudpuppy/store"
)

var (
	strict, _  = safejs.ValueOf(map[string]any{"durability": "strict"})
	relaxed, _ = safejs.ValueOf(map[string]any{"durability": "relaxed"})
)

// commit makes changes in one transaction. Its first request reads the epoch;
// when that has come, while the others may still be under way, the transaction
// is told to abort or to commit. So nobody waits for anything in between.
//
// If it fails, unsure says that the changes may have been made nevertheless.
func (c *connection) commit(ctx context.Context, epoch uint64, changes *store.Changes) (unsure bool, err error) {
	durability := strict
	if changes.Relaxed {
		durability = relaxed
	}
	t, err := begin(c.db, scopeOf(changes), readWrite, durability)
	if err != nil {
		return false, thrown(kinds, err)
	}
	before := epoch
	if changes.Claim {
		before--
	}
	t.onSuccess = func(request safejs.Value) {
		found, err := epochOf(t.get(request, "result"))
		if err == nil && found != before {
			err = store.ErrStale
		}
		if err != nil {
			t.abort(err)
			return
		}
		unsure = true
		if c.commits {
			t.call(t.tx, "commit")
		}
	}
	t.issue(epoch, changes)
	err = t.wait(ctx)
	return unsure && err != nil, err
}

// issue asks for all that a commit does.
func (t *transaction) issue(epoch uint64, changes *store.Changes) {
	own := t.call(t.tx, "objectStore", owners)
	t.set(t.call(own, "get", epochKey), "onsuccess", t.handle)
	if changes.Claim {
		t.call(own, "put", float64(epoch), epochKey)
	}
	var table tableOf
	for puts := changes.Puts; len(puts) > 0; {
		same := run(puts)
		puts = puts[len(same):]
		table.enter(t, same[0].Table)
		t.put(table.value, same)
	}
	for _, r := range changes.Deletes {
		table.enter(t, r.Table)
		t.call(table.value, "delete", browser.Text(r.Key))
	}
}

// put puts records of one table.
func (t *transaction) put(table safejs.Value, records []store.Record) {
	if len(records) >= fewRecords && putRecords.Type() == safejs.TypeFunction {
		t.putPacked(table, records)
		return
	}
	encoder := newEncoder(&t.calls)
	for i := range records {
		t.call(table, "put", encoder.encode(&records[i]))
	}
}

// tableOf knows the object store that was last asked for: most commits change
// one table after the other.
type tableOf struct {
	table store.Table
	value safejs.Value
}

// enter reports whether it is another one than before.
func (o *tableOf) enter(t *transaction, table store.Table) bool {
	if o.table == table {
		return false
	}
	o.table, o.value = table, t.call(t.tx, "objectStore", string(table))
	return true
}

// scopeOf is the object stores that a commit needs.
func scopeOf(changes *store.Changes) []any {
	var names scope
	for i := range changes.Puts {
		names.add(changes.Puts[i].Table)
	}
	for _, r := range changes.Deletes {
		names.add(r.Table)
	}
	return names.list()
}

// scope is the names of object stores, besides that of the owners.
type scope struct {
	names []any
	last  store.Table
	seen  map[store.Table]bool
}

func (s *scope) add(table store.Table) {
	if table != s.last && !s.seen[table] {
		if s.seen == nil {
			s.seen = make(map[store.Table]bool)
		}
		s.names = append(s.names, string(table))
		s.seen[table] = true
	}
	s.last = table
}

func (s *scope) list() []any { return append(s.names, owners) }
