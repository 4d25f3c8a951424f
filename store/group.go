package store

import (
	"context"
	"sync"
)

// Group commits for many at once: while one commit is under way, those that are
// asked for meanwhile are gathered, and go out together as the next. In a
// browser a commit costs about the same for one record as for ten.
//
// Commits take effect, and return, in the order in which they were asked for.
// When one fails, all that wait fail with it, and all later ones too, because
// they may build upon it: what is in memory must be dropped, and read again
// from the store.
type Group struct {
	store Store
	epoch uint64

	mu      sync.Mutex
	waiting []*batch // in order; all but the last are full
	flying  bool     // whether somebody commits
	asked   int      // commits so far, for tests to know the order
	failed  error
}

// NewGroup returns a Group for the owner of a store.
func NewGroup(s Store, epoch uint64) *Group { return &Group{store: s, epoch: epoch} }

// Commit is [Store.Commit] in a group, in the group's epoch. It returns
// [ErrInvalid] for changes that are to claim the store. If ctx ends first it
// returns its error, while the changes may still be made.
func (g *Group) Commit(ctx context.Context, c Changes) error {
	p, err := g.Start(c)
	if err != nil {
		return err
	}
	return p.Wait(ctx)
}

// Start is the first half of Commit: when it returns, the changes have their
// place in the order. So it can be called under a lock that need not be held
// until they are durable.
func (g *Group) Start(c Changes) (Started, error) {
	if c.Claim {
		return Started{}, ErrInvalid
	}
	if err := c.Validate(); err != nil {
		return Started{}, err
	}
	b, err := g.join(&c)
	return Started{b}, err
}

// Started are changes that are on their way.
type Started struct{ batch *batch }

// Wait returns when the changes are durable, or have failed. If ctx ends first it
// returns its error, while the changes may still be made.
func (s Started) Wait(ctx context.Context) error {
	select {
	case <-s.batch.done:
		return s.batch.err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// join puts changes into the last batch that waits, and sees to it that
// somebody commits it.
func (g *Group) join(c *Changes) (*batch, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.failed != nil {
		return nil, g.failed
	}
	last := len(g.waiting) - 1
	if last < 0 || !g.waiting[last].hasRoomFor(c) {
		g.waiting = append(g.waiting, newBatch())
		last++
	}
	b := g.waiting[last]
	b.add(c)
	g.asked++
	if !g.flying {
		g.flying = true
		go g.fly()
	}
	return b, nil
}

// fly commits batch by batch until none waits. It has no context of its own:
// that one who waits gives up must not fail the others.
func (g *Group) fly() {
	for {
		b := g.next()
		if b == nil {
			return
		}
		b.err = g.store.Commit(context.Background(), g.epoch, b.changes())
		var failed []*batch
		if b.err != nil {
			failed = g.fail(b.err)
		}
		close(b.done)
		for _, f := range failed {
			f.err = b.err
			close(f.done)
		}
	}
}

// next takes the first batch out of those that wait.
func (g *Group) next() *batch {
	g.mu.Lock()
	defer g.mu.Unlock()
	if len(g.waiting) == 0 {
		g.flying = false
		return nil
	}
	b := g.waiting[0]
	g.waiting = g.waiting[1:]
	return b
}

// fail ends the group, and returns the batches that fail with it.
func (g *Group) fail(err error) []*batch {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.failed = err
	waiting := g.waiting
	g.waiting = nil
	return waiting
}
