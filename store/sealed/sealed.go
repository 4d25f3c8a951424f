// Package sealed encrypts what is in a store: it is a [store.Store] over any
// other one.
//
//	key := sealed.RawKey(&thirtyTwoBytes) // or sealed.Passphrase(text, sealed.DefaultParams)
//	s, err := sealed.Open(ctx, inner, key)
//	epoch, err := store.Claim(ctx, s)     // from here on as with any store
//
// Whoever reads the store below learns how many records there are in each table
// and how long they are, which of them are in the same room or of the same
// sender, and which are read and changed when. Neither keys nor values nor names
// of rooms are among this.
//
// Whoever changes it is found out:
//
//   - Each value is encrypted and authenticated together with its table, its
//     name and its indexes, so that it opens nowhere else. A record that does
//     not open is not returned but named in [store.Page].Broken, and with the
//     next commit it is moved to table Quarantine. The rest stays usable.
//   - Of each hot record it is kept what version is to be there, so that one
//     that was rolled back, dropped, or put back after it was deleted is noticed
//     when it is asked for.
//   - Of each table it is kept how many records it has, and a sum over all of
//     them, so that [Store.Verify] notices the same of any record.
//
// What cannot be noticed is that all of the store was put back to what it was
// before: see SECURITY.md.
//
// # How it is kept
//
// A random data key is sealed under the user's key, so that [Store.ChangeKey]
// need not write the data again. All other keys are derived from it. Records lie
// under keyed hashes of their keys, and indexes hold keyed hashes, too.
//
// The versions of hot records lie in 32 buckets, the marks of the buckets in the
// head, and with it the totals of all tables. So a commit writes, besides its
// records, the head and the buckets it touches. A version is known by a part of
// its MAC, not by a number that counts: this says exactly which one is meant,
// and the total of a hot table follows without a look at the record that is
// replaced. Since all hot records are known by name, those of a table or of an
// index are found in the buckets, and asked for one by one. So a dropped one is
// noticed there as well.
//
// # Owners
//
// A handle that commits keeps the head in memory, and must know that nobody else
// changes it. Whoever knows the epoch may commit, though, from several handles.
// So the epoch that users see is kept in a record, and the epoch of the store
// below has a second use: it is raised whenever another handle begins to commit,
// which ends what the handle before believes. That one notices by its next
// commit, which fails below, reads everything anew, and goes on if it is still
// in the right epoch.
package sealed

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"

	"github.com/mudpuppy-e2ee/mudpuppy/internal/random"
	"github.com/mudpuppy-e2ee/mudpuppy/internal/secret"
	"github.com/mudpuppy-e2ee/mudpuppy/store"
	"github.com/mudpuppy-e2ee/mudpuppy/store/schema"
)

var (
	// ErrKey means that the store does not open with this key, or that the
	// record of its key was altered.
	ErrKey = errors.New("sealed: the store does not open with this key")

	// ErrUnsealed means that the store holds records but no key: it was never
	// sealed, or the record of its key is gone.
	ErrUnsealed = errors.New("sealed: the store holds records, but no key")

	// ErrDamaged means that records are broken without which nothing can be
	// committed, or nothing read: see [Store.Verify] and [Store.Repair].
	ErrDamaged = errors.New("sealed: head, bucket or owner's record is broken")
)

// tries is how often somebody else may come in between before a call fails.
const tries = 100

// Store is a sealed store.
type Store struct {
	below store.Store
	data  secret.Box[[32]byte] // the data key
	keys  *keys                // derived from it

	open   sync.RWMutex // held for reading while a call goes on
	closed bool

	committing chan struct{} // held by who commits, or may not be disturbed
	mine       uint64        // the epoch of the store below that this handle has claimed; guarded by committing
	seen       epochs        // that were read last, if nothing happened since; guarded by committing
	underWay   atomic.Bool   // whether the store below commits
	owner      atomic.Pointer[owner]
	aside      aside
}

// Open opens a sealed store, or makes one of an empty store. It returns [ErrKey]
// if the key is wrong. It does not keep the key. The store below belongs to the
// sealed one if there is no error.
func Open(ctx context.Context, below store.Store, key Key) (*Store, error) {
	if err := random.Check(); err != nil {
		return nil, err
	}
	for range tries {
		page, err := below.Load(ctx, store.Query{Table: store.Meta, Keys: []string{keyPlace.Key, ownerPlace.Key}})
		if err != nil {
			return nil, err
		}
		for i := range page.Records {
			if r := &page.Records[i]; r.Key == ownerPlace.Key && isTooNew(r.Value) {
				return nil, store.ErrTooNew
			}
		}
		for i := range page.Records {
			if r := &page.Records[i]; r.Key == keyPlace.Key {
				return openWith(below, r.Value, &key)
			}
		}
		data, err := create(ctx, below, &key, page.Epoch)
		if err == nil {
			return newStore(below, data), nil
		}
		if err != store.ErrStale { // somebody else was faster
			return nil, err
		}
	}
	return nil, store.ErrStale
}

// isTooNew reports whether a later version has written a value, as far as it can
// be told from the outside: whoever alters the store can make us believe so.
func isTooNew(value []byte) bool {
	return len(value) >= prefixLen && (value[0] > format || int(value[1])<<8|int(value[2]) > schema.Version)
}

func openWith(below store.Store, record []byte, key *Key) (*Store, error) {
	data, err := unwrap(record, key)
	if err != nil {
		return nil, err
	}
	return newStore(below, data), nil
}

func newStore(below store.Store, data secret.Box[[32]byte]) *Store {
	return &Store{below: below, data: data, keys: deriveKeys(data.Array()), committing: make(chan struct{}, 1)}
}

// create makes a sealed store of an empty one, and returns its data key. Of two
// that try at once one gets [store.ErrStale], because they claim the same epoch;
// so there is never more than one data key.
func create(ctx context.Context, below store.Store, key *Key, epoch uint64) (data secret.Box[[32]byte], err error) {
	for _, d := range store.Tables {
		page, err := below.Load(ctx, store.Query{Table: d.Table})
		if err != nil {
			return data, err
		}
		if page.Epoch != epoch {
			return data, store.ErrStale
		}
		if len(page.Records) > 0 {
			return data, ErrUnsealed
		}
	}
	data = secret.New[[32]byte]()
	random.Fill(data.Array()[:])
	keyRecord := keyPlace
	if keyRecord.Value, err = wrap(data.Array(), key); err == nil {
		k := deriveKeys(data.Array())
		head, _ := k.sealHead(new(state))
		owner := k.sealOwner(0)
		k.wipe()
		c := store.Changes{Claim: true, Sealed: true, Puts: []store.Record{keyRecord, owner, head}}
		err = below.Commit(ctx, epoch+1, c)
	}
	if err != nil {
		data.Wipe()
	}
	return data, err
}

// Close wipes the keys, and closes the store below if that has a method Close.
// It waits for calls that are under way.
func (s *Store) Close() error {
	s.open.Lock()
	defer s.open.Unlock()
	if s.closed {
		return nil
	}
	s.closed = true
	s.keys.wipe()
	s.data.Wipe()
	s.owner.Store(nil)
	if below, ok := s.below.(interface{ Close() error }); ok {
		return below.Close()
	}
	return nil
}

// enter begins a call, which ends by s.open.RUnlock.
func (s *Store) enter() error {
	s.open.RLock()
	if s.closed {
		s.open.RUnlock()
		return store.ErrClosed
	}
	return nil
}

// lock makes sure that nobody commits through this handle until unlock.
func (s *Store) lock(ctx context.Context) error {
	select {
	case s.committing <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (s *Store) unlock() { <-s.committing }
