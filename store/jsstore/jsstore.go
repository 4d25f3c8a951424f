//go:build js && wasm

// Package jsstore makes a [store.Store] of one that is written in JavaScript: an
// object with the methods load and commit, perhaps also close, each of which may
// return a promise. The npm package has its type, in mudpuppy/store:
//
//	s, err := jsstore.New(object)
//
// What JavaScript returns is checked before it is believed. An answer that breaks
// the rules fails the call with [store.ErrFailed], and can neither end the program
// nor be taken for another answer. Bytes are copied both ways.
package jsstore

import (
	"context"
	"math"
	"sync/atomic"

	"github.com/mudpuppy-e2ee/mudpuppy/internal/safejs"
	"github.com/mudpuppy-e2ee/mudpuppy/store"
)

// Store is a [store.Store] that is written in JavaScript. Its methods return an
// [*Error] where JavaScript is the cause. When a context ends they return at
// once, even if JavaScript never answers; what it was asked to commit may still
// be made.
type Store struct {
	object              safejs.Value
	load, commit, close safejs.Value
	closed              atomic.Bool
}

// New returns the store that an object of JavaScript is.
func New(object safejs.Value) (*Store, error) {
	s := &Store{object: object}
	for _, m := range []struct {
		name     string
		method   *safejs.Value
		optional bool
	}{
		{"load", &s.load, false},
		{"commit", &s.commit, false},
		{"close", &s.close, true},
	} {
		method, err := get(object, m.name)
		if err != nil {
			return nil, wrong("the store is no object, or keeps its method " + m.name + " to itself")
		}
		missing := m.optional && method.IsUndefined()
		if !missing && kindOf(method) != safejs.TypeFunction {
			return nil, wrong("the store has no method " + m.name)
		}
		*m.method = method
	}
	return s, nil
}

// Load is described at [store.Store].
func (s *Store) Load(ctx context.Context, q store.Query) (store.Page, error) {
	if err := q.Validate(); err != nil {
		return store.Page{}, err
	}
	asked, err := crossing(q)
	if err != nil {
		return store.Page{}, err
	}
	answer, err := s.call(ctx, "load", s.load, writeQuery(&asked))
	if err != nil {
		return store.Page{}, err
	}
	return readPage(&asked, answer)
}

// Commit is described at [store.Store].
func (s *Store) Commit(ctx context.Context, epoch uint64, c store.Changes) error {
	if err := c.Validate(); err != nil {
		return err
	}
	if epoch > maxSafeInteger {
		return store.ErrStale // no store in JavaScript gets that far
	}
	changes, err := writeChanges(&c)
	if err != nil {
		return err
	}
	answer, err := s.call(ctx, "commit", s.commit, float64(epoch), changes)
	if err != nil {
		return err
	}
	if !answer.IsUndefined() {
		// It could be meant to say that nothing was committed.
		return wrong("commit returned a value: it must return nothing, or throw")
	}
	return nil
}

// Close closes the store, if it has a method for that, but does not wait for a
// promise. Every later call fails with [store.ErrClosed].
func (s *Store) Close() error {
	if s.closed.Swap(true) || s.close.IsUndefined() {
		return nil
	}
	answer, err := jsReflect.Call("apply", s.close, s.object, []any{})
	if err != nil {
		return thrown("close", err)
	}
	if _, err := jsPromise.Call("allSettled", []any{answer}); err != nil { // lest a rejection be reported as unhandled
		return thrown("close", err)
	}
	return nil
}

// call calls a method, and waits for what it returns or promises.
func (s *Store) call(ctx context.Context, name string, method safejs.Value, args ...any) (safejs.Value, error) {
	if err := ctx.Err(); err != nil {
		return safejs.Undefined(), err
	}
	if s.closed.Load() {
		return safejs.Undefined(), store.ErrClosed
	}
	answer, err := jsReflect.Call("apply", method, s.object, args)
	if err != nil {
		return safejs.Undefined(), thrown(name, err)
	}
	return await(ctx, name, answer)
}

// crossing returns a query as JavaScript can be asked it. Texts that are no
// UTF-8 would become others on the way, so keys that no record can have are left
// out, as are those that stand there twice.
func crossing(q store.Query) (store.Query, error) {
	if !isText(q.After) {
		return q, store.ErrInvalid
	}
	if q.Index != "" && !store.ValidKey(q.Value) {
		return store.Query{Table: q.Table, Keys: []string{}}, nil // which finds nothing, too
	}
	if q.Keys == nil {
		q.Limit = min(q.PageLen(), math.MaxInt32)
		return q, nil
	}
	keys := make([]string, 0, len(q.Keys))
	seen := make(map[string]bool, len(q.Keys))
	for _, key := range q.Keys {
		if store.ValidKey(key) && !seen[key] {
			keys = append(keys, key)
		}
		seen[key] = true
	}
	return store.Query{Table: q.Table, Keys: keys}, nil
}
