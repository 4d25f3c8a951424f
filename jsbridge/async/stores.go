//go:build js

package async

import (
	"context"

	"github.com/mudpuppy-e2ee/mudpuppy/internal/promise"
	"github.com/mudpuppy-e2ee/mudpuppy/internal/safejs"
	"github.com/mudpuppy-e2ee/mudpuppy/store"
	"github.com/mudpuppy-e2ee/mudpuppy/store/indexeddb"
	"github.com/mudpuppy-e2ee/mudpuppy/store/jsstore"
	"github.com/mudpuppy-e2ee/mudpuppy/store/memory"
	"github.com/mudpuppy-e2ee/mudpuppy/store/owner"
	"github.com/mudpuppy-e2ee/mudpuppy/store/sealed"
)

// Place is a store that nobody has opened yet, with the right to have it.
//
//bridge:internal
type Place struct {
	store     store.Store
	seat      *owner.Seat // nil if nobody else can come
	discarded string
	taken     bool // by a machine, which closes it
}

// Fault does nothing: a place is only handed on.
func (p *Place) Fault() {}

// Wipe lets go of the store, unless a machine has it.
func (p *Place) Wipe() {
	if !p.taken {
		promise.Go(p.close)
	}
}

func (p *Place) close() {
	if s, ok := p.store.(interface{ Close() error }); ok {
		s.Close()
	}
	if p.seat != nil {
		p.seat.Close()
	}
}

// OpenMemory makes a store in memory.
//
//bridge:internal
func OpenMemory(context.Context) (*Place, error) { return &Place{store: memory.New()}, nil }

// OpenOwn opens a store that JavaScript has handed over under a number.
//
//bridge:internal
func OpenOwn(_ context.Context, handedOver uint32) (*Place, error) {
	object, err := handed(handedOver)
	if err != nil {
		return nil, err
	}
	s, err := jsstore.New(object)
	if err != nil {
		return nil, err
	}
	return &Place{store: s}, nil
}

// handed takes what JavaScript has handed over.
func handed(number uint32) (safejs.Value, error) {
	return safejs.Global().Call("mudpuppyHanded", int(number))
}

// OpenDatabase opens a database of the browser, of which this page becomes the
// only owner. If another one has it, it waits or returns ERR_STORE_BUSY. The
// listener hears what becomes of the ownership.
//
//bridge:internal
//bridge:abortable
func OpenDatabase(ctx context.Context, name string, wait bool, listener uint32) (*Place, error) {
	seat := owner.Ask(name, owner.Options{})
	early := openEarly(ctx, name)
	err := takeSeat(ctx, seat, func() error {
		early.drop()
		early = nil
		if !wait {
			return errBusy
		}
		tellRole(listener, "waiting")
		return nil
	})
	if err != nil {
		early.drop()
		seat.Close()
		return nil, err
	}
	if early == nil { // whoever had the database may have deleted it
		early = openEarly(ctx, name)
	}
	<-early.done
	if early.err != nil {
		seat.Close()
		return nil, early.err
	}
	return &Place{store: early.store, seat: seat, discarded: early.store.Discarded()}, nil
}

// early is a database that the browser opens while it looks who may have it.
type early struct {
	store *indexeddb.Store
	err   error
	done  chan struct{} // closed when one of them is there
}

func openEarly(ctx context.Context, name string) *early {
	e := &early{done: make(chan struct{})}
	go func() {
		e.store, e.err = indexeddb.Open(ctx, name, indexeddb.Options{})
		close(e.done)
	}()
	return e
}

// drop closes the database, if there is one, in its own time.
func (e *early) drop() {
	if e == nil {
		return
	}
	go func() {
		if <-e.done; e.err == nil {
			e.store.Close()
		}
	}()
}

// takeSeat returns when the store may be opened. If somebody else has it, waiting is
// called first.
func takeSeat(ctx context.Context, seat *owner.Seat, waiting func() error) error {
	for {
		select {
		case role, ok := <-seat.Roles():
			if !ok || role == owner.Owning { // where there are no locks, the epoch alone decides
				return nil
			}
			if err := waiting(); err != nil {
				return err
			}
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// DeleteDatabase deletes a database of the browser.
//
//bridge:internal
func DeleteDatabase(ctx context.Context, name string) error {
	return indexeddb.Destroy(ctx, name, indexeddb.Options{})
}

// Persistence tells whether the browser may delete a database by itself, when the
// disk is full or the user has not come for a while. It is unknown where the
// browser does not say.
type Persistence string

// The kinds.
const (
	Persistent Persistence = "persistent"
	Evictable  Persistence = "evictable"
	Unknown    Persistence = "unknown"
)

// Persist asks the browser to keep the databases of this origin. It answers within
// three seconds, whatever the browser does.
//
//bridge:internal
func Persist(ctx context.Context) Persistence {
	switch indexeddb.Persist(ctx) {
	case indexeddb.Persistent:
		return Persistent
	case indexeddb.Evictable:
		return Evictable
	}
	return Unknown
}

// Key opens a store: 32 bytes, a passphrase, or neither of them if it is not
// sealed.
//
//bridge:internal
type Key struct {
	Raw        []byte
	Passphrase []byte
}

// open unseals the store of a place, if it is sealed.
func (k *Key) open(ctx context.Context, p *Place) (store.Store, error) {
	var key sealed.Key
	switch {
	case len(k.Raw) == 32:
		key = sealed.RawKey((*[32]byte)(k.Raw))
	case len(k.Passphrase) > 0:
		key = sealed.Passphrase(k.Passphrase, sealed.DefaultParams)
	default:
		return p.store, nil
	}
	defer key.Wipe()
	s, err := sealed.Open(ctx, p.store, key)
	if err != nil {
		return nil, err
	}
	return clearing{s}, nil
}

// clearing is a sealed store that leaves nothing on the stack: commits are made by
// goroutines of their own.
type clearing struct{ *sealed.Store }

func (s clearing) Load(ctx context.Context, q store.Query) (store.Page, error) {
	promise.Grow()
	page, err := s.Store.Load(ctx, q)
	promise.Scrub()
	return page, err
}

func (s clearing) LoadAll(ctx context.Context, queries []store.Query) ([]store.Page, error) {
	promise.Grow()
	pages, err := s.Store.LoadAll(ctx, queries)
	promise.Scrub()
	return pages, err
}

func (s clearing) Commit(ctx context.Context, epoch uint64, c store.Changes) error {
	promise.Grow()
	err := s.Store.Commit(ctx, epoch, c)
	promise.Scrub()
	return err
}
