package simulation

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/mudpuppy-e2ee/mudpuppy/store"
)

// errCrashed is what a store returns to a program that is no more.
var errCrashed = errors.New("simulation: the program has ended")

// trouble is what happens at a commit.
type trouble int

const (
	crashBefore trouble = iota // the program ends, and nothing was kept
	crashAfter                 // the program ends, and all was kept
	failBefore                 // an error, and nothing was kept
	failAfter                  // an error, although all was kept
	goesWell
)

// disk is what one life of a program sees of its store. What it commits stays when
// it ends.
type disk struct {
	store.Store

	mu      sync.Mutex
	dead    bool
	commits int // so far
	at      int // the commit at which there is trouble, 0 for none
	trouble trouble
	struck  bool // there was trouble
}

func (d *disk) Load(ctx context.Context, q store.Query) (store.Page, error) {
	if d.isDead() {
		return store.Page{}, errCrashed
	}
	return d.Store.Load(ctx, q)
}

func (d *disk) Commit(ctx context.Context, epoch uint64, c store.Changes) error {
	switch d.next() {
	case goesWell:
		return d.Store.Commit(ctx, epoch, c)
	case crashBefore:
		d.kill()
		return errCrashed
	case crashAfter:
		defer d.kill()
		return errors.Join(d.Store.Commit(ctx, epoch, c), errCrashed)
	case failAfter:
		return errors.Join(d.Store.Commit(ctx, epoch, c), store.ErrFailed)
	}
	return store.ErrFailed
}

// next tells what is to happen at a commit. Trouble takes its time, so that a machine
// that does not wait for the commit is found out.
func (d *disk) next() trouble {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.dead {
		return crashBefore
	}
	if d.commits++; d.commits != d.at {
		return goesWell
	}
	d.struck = true
	d.mu.Unlock()
	time.Sleep(2 * time.Millisecond)
	d.mu.Lock()
	return d.trouble
}

// plan has trouble come after some more commits.
func (d *disk) plan(what trouble, after int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.trouble, d.at = what, d.commits+after
}

// heal has no trouble come.
func (d *disk) heal() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.at = 0
}

// kill ends the program as far as the store is concerned.
func (d *disk) kill() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.dead = true
}

func (d *disk) isDead() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.dead
}
