package machine_test

import (
	"context"
	"sync"

	"github.com/mudpuppy-e2ee/mudpuppy/machine"
	"github.com/mudpuppy-e2ee/mudpuppy/store"
	"github.com/mudpuppy-e2ee/mudpuppy/store/memory"
)

// faulty is a store that fails, or stands still, when it is told to.
type faulty struct {
	store.Store

	mu      sync.Mutex
	commits int   // so far
	failAt  int   // the commit that fails, 0 for none
	applied bool  // whether that is made all the same
	err     error // with which it fails
	held    chan struct{}
}

func newFaulty() *faulty { return &faulty{Store: memory.New(), err: store.ErrFailed} }

func (s *faulty) Commit(ctx context.Context, epoch uint64, c store.Changes) error {
	s.mu.Lock()
	s.commits++
	fails, held := s.commits == s.failAt, s.held
	s.mu.Unlock()
	if held != nil {
		<-held
	}
	if fails && !s.applied {
		return s.err
	}
	if err := s.Store.Commit(ctx, epoch, c); err != nil || !fails {
		return err
	}
	return s.err
}

// count is how many commits there were so far.
func (s *faulty) count() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.commits
}

// failNext has the next commit fail.
func (s *faulty) failNext(applied bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.failAt, s.applied = s.commits+1, applied
}

// hold lets commits stand still until what it returns is called.
func (s *faulty) hold() (release func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	held := make(chan struct{})
	s.held = held
	return func() {
		s.mu.Lock()
		s.held = nil
		s.mu.Unlock()
		close(held)
	}
}

// again repeats what fails because of the store, as an application would, and may
// begin anew with what the store has.
func (c *client) again(restart bool, do func() error) {
	c.Helper()
	err := do()
	for range 3 {
		if err == nil {
			return
		}
		c.fails(err, store.ErrFailed)
		if restart {
			c.open()
		}
		err = do()
	}
	c.Fatalf("it fails again and again: %v", err)
}

func (c *client) tryOpen() (err error) {
	c.Machine, err = machine.Open(ctx, c.config)
	return err
}

// pumpAgain is pump with a store that may fail.
func (c *client) pumpAgain(restart bool) {
	c.Helper()
	for range 20 {
		var requests []machine.Request
		c.again(restart, func() (err error) {
			requests, err = c.OutgoingRequests(ctx)
			return err
		})
		if len(requests) == 0 {
			return
		}
		for _, r := range requests {
			status, answer := c.server.Do(c.UserID(), c.DeviceID(), r.Method, r.Path, r.Body)
			if status != 200 {
				c.Fatalf("%s: %d %s", r.Kind, status, answer)
			}
			if err := c.MarkSent(ctx, r.ID, answer); err != nil {
				// The machine may not know that it was sent. It is sent again then.
				if restart {
					c.open()
				}
				break
			}
		}
	}
	c.Fatal("the requests do not end")
}

// syncAgain is sync with a store that may fail.
func (c *client) syncAgain(restart bool) {
	c.Helper()
	answer := c.server.Sync(c.UserID(), c.DeviceID(), c.since, 100)
	c.remember(answer)
	c.again(restart, func() error {
		events, err := c.ReceiveSync(ctx, answer)
		if err == nil {
			c.toDevice = append(c.toDevice, events...)
		}
		return err
	})
	c.again(restart, func() (err error) {
		c.since, err = c.SyncToken(ctx)
		return err
	})
}
