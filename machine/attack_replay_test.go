package machine_test

import (
	"testing"

	"github.com/mudpuppy-e2ee/mudpuppy/machine"
)

// reader has the key of a forger's session.
func (w *world) reader() (*client, *group) {
	w.Helper()
	a, f := w.device(alice, "ALICE"), w.forger(bob, "FORGER")
	g := f.group("!room:example.org")
	a.deliver(f.send(a, "m.room_key", g.roomKey()))
	return a, g
}

// replays are events that repeat another one.
func (w *world) replays(e fields) map[string]fields {
	return map[string]fields{
		"another id":          w.forged(e, fields{"event_id": "$other"}),
		"another time":        w.forged(e, fields{"origin_server_ts": 77}),
		"another id and time": w.forged(e, fields{"event_id": "$other", "origin_server_ts": 77}),
	}
}

func TestT13AnEventIsNotRepeatedUnderAnotherId(t *testing.T) {
	w := newWorld(t)
	a, g := w.reader()
	first, second := g.message("pay 100"), g.message("more")
	a.mustOpen(g.room, first)
	check := func(when string) {
		t.Helper()
		for name, e := range w.replays(first) {
			if _, err := a.opens(g.room, e); err == nil {
				t.Errorf("%s, with %s: accepted", when, name)
			} else {
				w.fails(err, machine.ErrReplay)
			}
		}
		if d := a.mustOpen(g.room, first); d.Index != 0 {
			t.Errorf("%s: the index is %d", when, d.Index)
		}
	}
	check("at once")
	a.mustOpen(g.room, second)
	check("after another event")
	a.must(a.Close())
	a.open()
	check("after a restart")
	a.mustOpen(g.room, second)
	a.received(`{"next_batch":"s2"}`) // keeps what was noted
	a.open()                          // the program ended without closing
	check("after a sync and the end of the program")
}

// What was noted goes with the next sync: a program that ends after it remembers.
func TestT13ReplaysAreKeptWithTheNextSync(t *testing.T) {
	w := newWorld(t)
	a, g := w.reader()
	a.mustOpen(g.room, g.message("hello")) // from then on the sender is followed
	a.received(`{"next_batch":"s2"}`)
	e := g.message("pay 100")
	a.mustOpen(g.room, e)
	a.received(`{"next_batch":"s3"}`)
	a.open()
	a.refuses(g.room, w.forged(e, fields{"event_id": "$other"}), machine.ErrReplay)
	a.mustOpen(g.room, e)
}

// An event that is refused does not take the index from the one that is honest.
func TestT13ARefusedEventUsesNoIndex(t *testing.T) {
	w := newWorld(t)
	a, g := w.reader()
	honest := g.message("hello")
	a.refuses("!other:example.org", w.forged(honest, fields{"event_id": "$moved"}), machine.ErrWrongRoom)
	a.refuses(g.room, w.forged(honest, fields{"event_id": "$mallory", "sender": carol}), machine.ErrMismatchedSender)
	a.mustOpen(g.room, honest)
}

// With many sessions in use what was noted is kept without a sync, too.
func TestT13ReplaysOfManySessionsAreKept(t *testing.T) {
	w := newWorld(t)
	a, f := w.device(alice, "ALICE"), w.forger(bob, "FORGER")
	var groups []*group
	var events []fields
	for range 70 {
		g := f.group("!room:example.org")
		a.deliver(f.send(a, "m.room_key", g.roomKey()))
		groups, events = append(groups, g), append(events, g.message("hello"))
	}
	for i, e := range events {
		a.mustOpen(groups[i].room, e)
	}
	a.must(a.TrackUsers(ctx, []string{carol})) // waits for what is under way
	a.open()
	for i, e := range events[:60] {
		a.refuses(groups[i].room, w.forged(e, fields{"event_id": "$other"}), machine.ErrReplay)
	}
}

// A better key for a session must not bring back what was known of the worse one.
func TestT13AndT22ABetterKeyAndItsReplaysOutliveTheProgram(t *testing.T) {
	w := newWorld(t)
	a, f := w.device(alice, "ALICE"), w.forger(bob, "FORGER")
	g := f.group("!room:example.org")
	all, zero := g.roomKey(), g.message("zero")
	late, one := g.roomKey(), g.message("one")
	a.deliver(f.send(a, "m.room_key", late))
	a.mustOpen(g.room, one) // noted, and not kept yet
	a.refuses(g.room, zero, machine.ErrUnknownIndex)
	a.deliver(f.send(a, "m.room_key", all))
	a.open()
	a.mustOpen(g.room, zero)
	a.mustOpen(g.room, one)
	for _, e := range []fields{zero, one} {
		a.refuses(g.room, w.forged(e, fields{"event_id": "$other"}), machine.ErrReplay)
	}
}

// A message to a device that comes again is ignored: it is neither delivered twice nor
// taken for a broken session.
func TestT13AMessageToADeviceIsDeliveredOnce(t *testing.T) {
	w := newWorld(t)
	a, f := w.device(alice, "ALICE"), w.forger(bob, "FORGER")
	w.must(a.TrackUsers(ctx, []string{bob}))
	a.pump()
	preKey := f.send(a, "org.example", fields{})
	f2 := f.send(a, "org.example", fields{})
	f.answerOf(a, bob)
	normal := f.send(a, "org.example", fields{})
	for n, e := range []fields{preKey, f2, normal} {
		if got := a.deliver(e); len(got) != 1 || got[0].Error != nil {
			t.Fatalf("message %d becomes %+v", n, got)
		}
	}
	for range 2 {
		for n, e := range []fields{preKey, f2, normal} {
			if got := a.deliver(e); len(got) != 0 {
				t.Errorf("message %d again becomes %+v", n, got)
			}
		}
		a.open()
	}
	requests, err := a.OutgoingRequests(ctx)
	w.must(err)
	for _, r := range requests {
		if r.Kind == machine.KeysClaim {
			t.Error("a new session is made")
		}
	}
}

func TestT13AServerThatRepeatsEverythingChangesNothing(t *testing.T) {
	w := newWorld(t)
	a, b := w.device(alice, "ALICE"), w.device(bob, "BOB")
	room := w.room(a, b)
	id, _ := a.say(room, "hello", alice, bob)
	b.reads(room, id, "hello")
	b.toDevice = nil
	for range 3 {
		w.server.Replay(bob, "BOB")
		b.settle()
		w.server.Replay(alice, "ALICE")
		a.settle()
	}
	b.reads(room, id, "hello")
	second, _ := a.say(room, "more", alice, bob)
	b.reads(room, second, "more")
	if len(b.toDevice) > 0 {
		t.Errorf("the application is given %+v", b.toDevice)
	}
}
