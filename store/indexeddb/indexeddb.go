//go:build js

package indexeddb

import (
	"context"
	"errors"
	"sync/atomic"

	"github.com/mudpuppy-e2ee/mudpuppy/store"
)

// Options are how a store is opened. The zero value will do.
type Options struct {
	// Patience is how many milliseconds to wait for somebody who holds the
	// database open with an older schema, if not [DefaultPatience].
	Patience int
}

// DefaultPatience is how many milliseconds Open and Destroy wait for those who
// hold a database open, before they return [store.ErrBlocked].
const DefaultPatience = 5000

// Store is a [store.Store] in IndexedDB.
type Store struct {
	name     string
	patience int
	// discarded is what the browser said when the store was opened.
	discarded string

	// Commits are made one after the other, so that one that is repeated cannot
	// undo a later one.
	committing lock
	connecting lock
	connection *connection // guarded by connecting
	closed     atomic.Bool
}

// lock is a mutex whose waiting ends with a context.
type lock chan struct{}

func newLock() lock { return make(lock, 1) }

func (l lock) take(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	select {
	case l <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (l lock) release() { <-l }

// Open opens a database, which is made if there is none of that name. It returns
// [store.ErrUnavailable] where the browser allows none, [store.ErrTooNew],
// [store.ErrBlocked] and [store.ErrFull].
func Open(ctx context.Context, name string, o Options) (*Store, error) {
	if o.Patience == 0 {
		o.Patience = DefaultPatience
	}
	c, err := connect(ctx, name, o.Patience, false)
	if err != nil {
		return nil, err
	}
	return &Store{
		name: name, patience: o.Patience, discarded: c.discarded,
		committing: newLock(), connecting: newLock(), connection: c,
	}, nil
}

// Discarded tells what the browser said of data that it has discarded, if it had
// to make the database anew because it found its own files damaged. Chromium
// does that after some crashes, if rarely. The store is empty then, and the
// application must not take that for a device that never existed.
func (s *Store) Discarded() string { return s.discarded }

// Close ends the connection. What is under way still ends as it would; all
// later calls return [store.ErrClosed].
func (s *Store) Close() error {
	if s.closed.Swap(true) {
		return store.ErrClosed
	}
	s.connecting.take(context.Background())
	defer s.connecting.release()
	s.connection.close()
	return nil
}

// connected returns the connection, which it makes anew if it was lost.
func (s *Store) connected(ctx context.Context) (*connection, error) {
	if err := s.connecting.take(ctx); err != nil {
		return nil, err
	}
	defer s.connecting.release()
	if s.closed.Load() {
		return nil, store.ErrClosed
	}
	if !s.connection.lost.Load() {
		return s.connection, nil
	}
	c, err := connect(ctx, s.name, s.patience, true)
	if err != nil {
		return nil, err
	}
	if err := s.isSame(ctx, c); err != nil {
		c.close()
		return nil, err
	}
	s.connection = c
	return c, nil
}

// isSame makes sure that a new connection leads where the one before did, if that was
// of any use.
func (s *Store) isSame(ctx context.Context, c *connection) error {
	before := s.connection.identity
	if before == "" {
		return nil
	}
	if err := c.identify(ctx); err != nil {
		return err
	}
	if c.identity != before {
		return &Error{Kind: store.ErrGone}
	}
	return nil
}

// Load is described at [store.Store]. A page that is full has a Next, also if
// nothing follows. Broken records stay where they are until they are replaced
// or deleted.
func (s *Store) Load(ctx context.Context, q store.Query) (store.Page, error) {
	pages, err := s.LoadAll(ctx, []store.Query{q})
	if err != nil {
		return store.Page{}, err
	}
	return pages[0], nil
}

// LoadAll is described at [store.Together]: it is one transaction.
func (s *Store) LoadAll(ctx context.Context, queries []store.Query) (pages []store.Page, err error) {
	for i := range queries {
		if err := queries[i].Validate(); err != nil {
			return nil, err
		}
	}
	for range 2 {
		var c *connection
		if c, err = s.connected(ctx); err != nil {
			return nil, err
		}
		if pages, err = c.load(ctx, queries...); !errors.Is(err, store.ErrLost) {
			return pages, err
		}
		c.close()
	}
	return nil, err
}

// Commit is described at [store.Store].
//
// If the connection is lost, the commit may have been made or not. It is made
// again then, which does no harm: changes do not depend on what they find, no
// other commit of this store comes in between, and no other owner's, because
// that one would have raised the epoch. For the same reason ErrStale says
// nothing of the first attempt, so that the answer is [store.ErrLost] then.
func (s *Store) Commit(ctx context.Context, epoch uint64, c store.Changes) error {
	if err := c.Validate(); err != nil {
		return err
	}
	if err := s.committing.take(ctx); err != nil {
		return err
	}
	defer s.committing.release()
	unsure, err := s.try(ctx, epoch, &c)
	if !errors.Is(err, store.ErrLost) {
		return err
	}
	_, again := s.try(ctx, epoch, &c)
	if unsure && errors.Is(again, store.ErrStale) {
		return err
	}
	return again
}

// try commits, and gives up the connection if it turns out to be lost.
func (s *Store) try(ctx context.Context, epoch uint64, changes *store.Changes) (unsure bool, err error) {
	c, err := s.connected(ctx)
	if err != nil {
		return false, err
	}
	// What was committed must not be repeated in another database.
	if err = c.identify(ctx); err == nil {
		unsure, err = c.commit(ctx, epoch, changes)
	}
	if errors.Is(err, store.ErrLost) {
		c.close()
	}
	if errors.Is(err, store.ErrStale) {
		return unsure, store.ErrStale
	}
	return unsure, err
}
