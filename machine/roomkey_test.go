package machine_test

import (
	"context"
	"testing"

	"github.com/mudpuppy-e2ee/mudpuppy/store"
	"github.com/mudpuppy-e2ee/mudpuppy/store/memory"
)

// counting counts how often each table is read.
type counting struct {
	store.Store
	loads map[store.Table]int
}

func (c *counting) Load(ctx context.Context, q store.Query) (store.Page, error) {
	c.loads[q.Table]++
	return c.Store.Load(ctx, q)
}

// In a browser each reading takes a millisecond.
func TestTheKeysOfASyncAreLookedForAtOnce(t *testing.T) {
	w := newWorld(t)
	s := &counting{memory.New(), make(map[store.Table]int)}
	a, f := w.device(alice, "ALICE", withStore(s)), w.forger(bob, "BOB")
	room := w.room(a)
	var events []fields
	var groups []*group
	for range 20 {
		g := f.group(room)
		groups = append(groups, g)
		events = append(events, f.send(a, "m.room_key", g.roomKey()))
	}
	// One of them comes twice.
	events = append(events, f.send(a, "m.room_key", groups[0].roomKey()))
	before := s.loads[store.InboundSessions]
	a.deliver(events...)
	if n := s.loads[store.InboundSessions] - before; n != 1 {
		t.Errorf("the sessions were read %d times", n)
	}
	for _, g := range groups {
		a.mustOpen(room, g.message("hello"))
	}
}
