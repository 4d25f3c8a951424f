package machine_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/mudpuppy-e2ee/mudpuppy/machine"
	"github.com/mudpuppy-e2ee/mudpuppy/store"
)

const userCount = 240 // more than two slices

// manyUsers are users with a device each, and their ids.
func (w *world) manyUsers() (all []*client, users []string) {
	w.Helper()
	for i := range userCount {
		c := w.device(fmt.Sprintf("@user%d:example.org", i), "ONE")
		all, users = append(all, c), append(users, c.UserID())
	}
	return all, users
}

// askServer gets the answer of the homeserver to a request.
func (c *client) askServer(r machine.Request) []byte {
	c.Helper()
	status, answer := c.server.Do(c.UserID(), c.DeviceID(), r.Method, r.Path, r.Body)
	if status != 200 {
		c.Fatalf("%s %s: %d %s", r.Method, r.Path, status, answer)
	}
	return answer
}

// requestOf begins to share until there is a request of a kind.
func (c *client) requestOf(kind machine.RequestKind, room string, members []string) machine.Request {
	c.Helper()
	_, err := c.ShareRoomKey(ctx, room, members)
	c.must(err)
	return c.request(kind)
}

// An answer about many is taken over in slices, between which others have their turn.
func TestAnswersAboutManyAreTakenOverInSlices(t *testing.T) {
	w := newWorld(t)
	all, users := w.manyUsers()
	var rest func()
	a := w.device(alice, "ALICE", atRest(func() {
		if rest != nil {
			rest()
		}
	}))
	room := w.room(a)
	w.must(a.TrackUsers(ctx, users))
	turns := 0
	for _, kind := range []machine.RequestKind{machine.KeysQuery, machine.KeysClaim} {
		r := a.requestOf(kind, room, users)
		answer := a.askServer(r)
		rest = func() {
			turns++
			w.fails(a.MarkSent(ctx, r.ID, answer), machine.ErrUnknownRequest)
			w.fails(a.MarkFailed(ctx, r.ID, 500, nil), machine.ErrUnknownRequest)
			requests, err := a.OutgoingRequests(ctx)
			w.must(err)
			if len(requests) > 0 {
				t.Errorf("%s is asked for while an answer is taken over", requests[0].Kind)
			}
			if s, err := a.ShareRoomKey(ctx, room, users); err != nil || s.Ready {
				t.Errorf("the key is shared with all before all are known: %v", err)
			}
		}
		w.must(a.MarkSent(ctx, r.ID, answer))
		rest = nil
	}
	if turns < 4 {
		t.Errorf("others had %d turns", turns)
	}
	a.share(room, users...)
	for _, c := range []*client{all[0], all[userCount/2], all[userCount-1]} {
		c.happened = nil
		if c.sync(); len(c.happened) == 0 {
			t.Errorf("%s was given no key", c.UserID())
		}
	}
}

// A user who changes between two slices is asked for again.
func TestAChangeBetweenSlicesIsNotLost(t *testing.T) {
	w := newWorld(t)
	all, users := w.manyUsers()
	last := all[slices.IndexFunc(all, func(c *client) bool { return c.UserID() == slices.Max(users) })]
	var rest func()
	a := w.device(alice, "ALICE", atRest(func() {
		if rest != nil {
			rest()
		}
	}))
	room := w.room(a)
	w.must(a.TrackUsers(ctx, users))
	r := a.requestOf(machine.KeysQuery, room, users)
	answer := a.askServer(r)
	rest = func() {
		rest = nil
		w.device(last.UserID(), "TWO")
		a.sync()
		_, err := a.ReceiveSync(ctx, []byte(`{"device_lists":{"changed":["`+last.UserID()+`"]}}`))
		w.must(err)
	}
	w.must(a.MarkSent(ctx, r.ID, answer))
	a.share(room, users...)
	if devices, err := a.Devices(ctx, last.UserID()); err != nil || len(devices) != 2 {
		t.Errorf("%s has %d devices: %v", last.UserID(), len(devices), err)
	}
}

// Whenever a slice cannot be kept, the answer counts as not given, and all that it was
// about is asked for again.
func TestT37AnAnswerThatCannotBeKeptIsAskedForAgain(t *testing.T) {
	for _, kind := range []machine.RequestKind{machine.KeysQuery, machine.KeysClaim} {
		for fails := range 3 {
			for _, applied := range []bool{false, true} {
				if applied && fails != 1 {
					continue
				}
				t.Run(fmt.Sprint(kind, fails, applied), func(t *testing.T) {
					w := newWorld(t)
					all, users := w.manyUsers()
					s := newFaulty()
					a := w.device(alice, "ALICE", withStore(s))
					room := w.room(a)
					w.must(a.TrackUsers(ctx, users))
					if kind == machine.KeysClaim {
						a.send(a.requestOf(machine.KeysQuery, room, users))
					}
					r := a.requestOf(kind, room, users)
					answer := a.askServer(r)
					s.mu.Lock()
					s.failAt, s.applied = s.commits+1+fails, applied
					s.mu.Unlock()
					w.fails(a.MarkSent(ctx, r.ID, answer), store.ErrFailed)
					a.share(room, users...)
					for _, c := range all {
						c.happened = nil
						if c.sync(); len(c.happened) == 0 {
							t.Fatalf("%s was given no key", c.UserID())
						}
					}
				})
			}
		}
	}
}
