package machine_test

import (
	"testing"
	"time"

	"github.com/mudpuppy-e2ee/mudpuppy/machine"
)

// decade is how far ahead a clock was that is set right then.
const decade = 10 * 365 * 24 * time.Hour

// T33: what a clock that was far ahead has dated does not live for years after it is set
// right, and what waits for it does not wait for years.
func TestT33AClockThatIsSetBack(t *testing.T) {
	t.Run("a session ends", func(t *testing.T) {
		w := newWorld(t)
		a, b := w.device(alice, "ALICE"), w.device(bob, "BOB")
		room := w.room(a, b)
		w.clock = w.clock.Add(decade)
		first := a.share(room, alice, bob).SessionID
		w.clock = w.clock.Add(-time.Minute) // is nothing
		if a.share(room, alice, bob).SessionID != first {
			t.Error("it ends at every breath of wind")
		}
		w.clock = w.clock.Add(-decade)
		second := a.share(room, alice, bob).SessionID
		if second == first {
			t.Error("it goes on")
		}
		if a.share(room, alice, bob).SessionID != second {
			t.Error("and the next does not go on")
		}
	})
	t.Run("requests that failed come again", func(t *testing.T) {
		w := newWorld(t)
		a := w.device(alice, "ALICE")
		a.learn(bob)
		w.must(a.TrackUsers(ctx, []string{carol}))
		w.clock = w.clock.Add(decade)
		w.must(a.MarkFailed(ctx, a.request(machine.KeysQuery).ID, 500, nil))
		if len(a.requests(machine.KeysQuery)) > 0 {
			t.Error("at once")
		}
		w.clock = w.clock.Add(-decade)
		if len(a.requests(machine.KeysQuery)) != 1 {
			t.Error("not for years")
		}
	})
	t.Run("sessions of no use are renewed", func(t *testing.T) {
		w := newWorld(t)
		a, f := w.device(alice, "ALICE"), w.forger(bob, "FORGER")
		a.learn(bob)
		a.deliver(f.send(a, "org.example", fields{}))
		f.answerOf(a, bob)
		w.clock = w.clock.Add(decade)
		a.deliver(f.broken(a))
		a.pump()
		f.inbox()
		w.clock = w.clock.Add(-decade)
		a.deliver(f.broken(a))
		if len(a.requests(machine.KeysClaim)) != 1 {
			t.Error("not for years")
		}
	})
	t.Run("fallback keys are replaced", func(t *testing.T) {
		w := newWorld(t)
		w.clock = w.clock.Add(decade)
		a := w.device(alice, "ALICE")
		w.clock = w.clock.Add(-decade)
		used := `{"device_unused_fallback_key_types":[]}`
		a.received(used)
		if len(a.requests(machine.KeysUpload)) > 0 {
			t.Error("at once")
		}
		w.clock = w.clock.Add(time.Hour)
		a.received(used)
		if len(a.requests(machine.KeysUpload)) != 1 {
			t.Error("not for years")
		}
	})
	t.Run("who got no key is asked again", func(t *testing.T) {
		w := newWorld(t)
		a, b := w.device(alice, "ALICE"), w.device(bob, "BOB")
		room := w.room(a, b)
		w.server.Lies.Answer = w.changingClaims(func(claimed fields) { delete(claimed, bob) })
		w.clock = w.clock.Add(decade)
		id, _ := a.say(room, "first", alice, bob)
		b.cannotRead(room, id, machine.ErrUnknownSession)
		w.server.Lies.Answer = nil
		w.clock = w.clock.Add(-decade)
		id, _ = a.say(room, "second", alice, bob)
		b.reads(room, id, "second")
	})
}
