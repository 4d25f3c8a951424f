// Package memory is a store in memory, for tests and for devices that are not
// to outlive their program.
package memory

import (
	"bytes"
	"context"
	"strconv"
	"sync"

	"github.com/mudpuppy-e2ee/mudpuppy/store"
)

// Store is a [store.Store] in memory.
type Store struct {
	mu     sync.Mutex
	epoch  uint64
	tables map[store.Table]*table
}

// New returns an empty store.
func New() *Store {
	s := &Store{tables: make(map[store.Table]*table)}
	for _, d := range store.Tables {
		s.tables[d.Table] = newTable(d)
	}
	return s
}

// Load is described at [store.Store].
func (s *Store) Load(ctx context.Context, q store.Query) (store.Page, error) {
	if err := ctx.Err(); err != nil {
		return store.Page{}, err
	}
	if err := q.Validate(); err != nil {
		return store.Page{}, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	t := s.tables[q.Table]
	page := store.Page{Epoch: s.epoch}
	if q.Keys != nil {
		for _, key := range q.Keys {
			if e := t.byKey[key]; e != nil {
				page.Records = append(page.Records, e.copy())
			}
		}
		return page, nil
	}
	after, err := parseAfter(q.After)
	if err != nil {
		return store.Page{}, err
	}
	found, more := t.list(q.Index, q.Value).after(after, q.PageLen())
	for _, e := range found {
		page.Records = append(page.Records, e.copy())
	}
	if more {
		page.Next = strconv.FormatUint(found[len(found)-1].number, 10)
	}
	return page, nil
}

// parseAfter reads what Load gave as Next: the number of the last entry.
func parseAfter(after string) (uint64, error) {
	if after == "" {
		return 0, nil
	}
	number, err := strconv.ParseUint(after, 10, 64)
	if err != nil {
		return 0, store.ErrInvalid
	}
	return number, nil
}

// Commit is described at [store.Store]. What lasts as long as memory is as
// durable as this store gets.
func (s *Store) Commit(ctx context.Context, epoch uint64, c store.Changes) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := c.Validate(); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	expected := s.epoch
	if c.Claim {
		expected++
	}
	if epoch != expected {
		return store.ErrStale
	}
	s.epoch = epoch
	for i := range c.Puts {
		r := c.Puts[i]
		r.Value = bytes.Clone(r.Value)
		s.tables[r.Table].put(r)
	}
	for _, r := range c.Deletes {
		s.tables[r.Table].delete(r.Key)
	}
	return nil
}
