package machine_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/mudpuppy-e2ee/mudpuppy/internal/testrand"
	"github.com/mudpuppy-e2ee/mudpuppy/machine"
	"github.com/mudpuppy-e2ee/mudpuppy/store"
	"github.com/mudpuppy-e2ee/mudpuppy/store/memory"
)

// copied is a store with the same records, but for those that damage changes.
func (w *world) copied(from store.Store, damage func(store.Ref, []byte) []byte) store.Store {
	w.Helper()
	to := memory.New()
	epoch, err := store.Claim(ctx, to)
	w.must(err)
	for _, t := range store.Tables {
		q := store.Query{Table: t.Table}
		for {
			page, err := from.Load(ctx, q)
			w.must(err)
			for _, r := range page.Records {
				if r.Table != store.Meta {
					r.Value = damage(r.Ref, r.Value)
				}
				w.must(to.Commit(ctx, epoch, store.Changes{Puts: []store.Record{r}}))
			}
			if q.After = page.Next; page.Next == "" {
				break
			}
		}
	}
	return to
}

// T16: whatever is damaged, the machine does not fall over: it puts the record aside,
// or says that it cannot go on.
func TestT16DamagedRecords(t *testing.T) {
	w := newWorld(t)
	a, b := w.crossSigned(alice, "ALICE"), w.crossSigned(bob, "BOB")
	room := w.room(a, b)
	a.learn(bob)
	w.must(a.VerifyUser(ctx, bob))
	id, _ := b.say(room, "hello", alice, bob)
	a.reads(room, id, "hello")
	a.say(room, "and back", alice, bob)
	a.inRoom(machine.AllDevices)
	_, err := a.ShareRoomKey(ctx, aRoom, []string{alice, bob}) // leaves a request
	w.must(err)
	w.must(a.Close())
	original := a.config.Store
	random := testrand.New(t)
	for ref := range w.contents(original) {
		for name, damage := range map[string]func([]byte) []byte{
			"empty":     func([]byte) []byte { return nil },
			"version":   func(b []byte) []byte { b[0]++; return b },
			"truncated": func(b []byte) []byte { return b[:random.IntN(len(b))] },
			"longer":    func(b []byte) []byte { return append(b, 0) },
			"random":    func(b []byte) []byte { return testrand.Bytes(random, len(b)) },
		} {
			what := fmt.Sprintf("%s: %s/%s", name, ref.Table, ref.Key)
			if ref.Table == store.Meta {
				continue
			}
			a.config.Store = w.copied(original, func(r store.Ref, value []byte) []byte {
				if r == ref {
					return damage(value)
				}
				return value
			})
			if err := a.tryOpen(); err != nil {
				if ref.Table != store.Account || !errors.Is(err, machine.ErrBroken) && !errors.Is(err, machine.ErrOwner) {
					t.Errorf("%s: it does not open: %v", what, err)
				}
				continue
			}
			if ref.Table == store.Account {
				t.Errorf("%s: it opens", what)
			}
			a.goesOn(what, room, id)
		}
	}
}

// goesOn does a little of everything, and checks that what fails is what can.
func (c *client) goesOn(what, room, event string) {
	c.Helper()
	if _, err := c.read(room, event); err != nil {
		for _, known := range []error{machine.ErrUnknownSession, machine.ErrWrongRoom} {
			if err.Error() == known.Error() {
				err = nil
				break
			}
		}
		if err != nil {
			c.Errorf("%s: Decrypt: %v", what, err)
		}
	}
	for range 3 {
		requests, err := c.OutgoingRequests(ctx)
		if err != nil {
			c.Errorf("%s: OutgoingRequests: %v", what, err)
		}
		for _, r := range requests {
			if r.Kind == machine.KeysQuery || r.Kind == machine.KeysClaim {
				c.must(c.MarkSent(ctx, r.ID, c.ask(r)))
			}
		}
		if _, err := c.ShareRoomKey(ctx, room, []string{alice, bob}); err != nil && err.Error() != machine.ErrNotEncrypted.Error() && err.Error() != machine.ErrIdentityChanged.Error() {
			c.Errorf("%s: ShareRoomKey: %v", what, err)
		}
	}
	c.must(c.Close())
}

func TestAStoreHasOneOwner(t *testing.T) {
	w := newWorld(t)
	a := w.device(alice, "ALICE")
	w.must(a.Close())
	for _, c := range []machine.Config{
		{UserID: bob, DeviceID: "ALICE", Store: a.config.Store},
		{UserID: alice, DeviceID: "OTHER", Store: a.config.Store},
	} {
		_, err := machine.Open(ctx, c)
		w.fails(err, machine.ErrOwner)
	}
	for _, c := range []machine.Config{
		{UserID: "alice", DeviceID: "ALICE"}, {UserID: "@alice", DeviceID: "ALICE"}, {UserID: alice}, {UserID: "@:", DeviceID: "A"},
		{UserID: alice, DeviceID: "ALICE", Policy: "nobody"}, {UserID: alice, DeviceID: "A\x00"},
	} {
		c.Store = memory.New()
		_, err := machine.Open(ctx, c)
		w.fails(err, machine.ErrFormat)
	}
	_, err := a.IdentityKeys(ctx)
	w.fails(err, machine.ErrClosed)
	a.open()
}

// More sessions than are kept in memory are read from the store, with what was noted.
func TestT13ReplaysOfSessionsThatWereLeftOut(t *testing.T) {
	w := newWorld(t)
	a, f := w.device(alice, "ALICE"), w.forger(bob, "FORGER")
	var groups []*group
	var events []fields
	for n := range 620 {
		g := f.group(aRoom)
		a.deliver(f.send(a, "m.room_key", g.roomKey()))
		e := g.message("hello")
		if n < 20 {
			a.mustOpen(aRoom, e)
		}
		groups, events = append(groups, g), append(events, e)
	}
	for range 2 {
		for n, e := range events {
			a.mustOpen(aRoom, e)
			a.refuses(aRoom, w.forged(e, fields{"event_id": "$other"}), machine.ErrReplay)
			if n%100 == 0 {
				a.received(`{"next_batch":"x"}`)
			}
		}
	}
	a.mustOpen(aRoom, groups[0].message("more"))
}

// What an event relates to is outside of what is encrypted.
func TestRelations(t *testing.T) {
	w := newWorld(t)
	a, b := w.device(alice, "ALICE"), w.device(bob, "BOB")
	room := w.room(a, b)
	a.share(room, alice, bob)
	content, err := a.Encrypt(ctx, room, "m.room.message", []byte(`{"body":"x","m.relates_to":{"rel_type":"m.thread","event_id":"$1"}}`))
	w.must(err)
	var outside fields
	w.unmarshal(content, &outside)
	if relation, ok := outside["m.relates_to"].(fields); !ok || relation["event_id"] != "$1" {
		t.Fatalf("the event is %s", content)
	}
	id := a.post(room, content)
	b.settle()
	d, err := b.read(room, id)
	w.must(err)
	if string(d.Content) != `{"body":"x","m.relates_to":{"rel_type":"m.thread","event_id":"$1"}}` {
		t.Errorf("it is %s", d.Content)
	}
	// One that is inside only does not count: servers and others cannot see it.
	g := w.forger(carol, "CAROL").group(room)
	b.deliver(g.send(b, "m.room_key", g.roomKey()))
	e := g.event([]byte(`{"type":"m.room.message","room_id":"` + room + `","content":{"m.relates_to":{"event_id":"$2"},"body":"y"}}`))
	if d := b.mustOpen(room, e); string(d.Content) != `{"body":"y"}` {
		t.Errorf("it is %s", d.Content)
	}
	for _, bad := range []string{``, `[]`, `{"a":1,"a":2}`, `{}x`} {
		_, err := a.Encrypt(ctx, room, "m.room.message", []byte(bad))
		w.fails(err, machine.ErrFormat)
	}
	_, err = a.Encrypt(ctx, room, "", []byte(`{}`))
	w.fails(err, machine.ErrFormat)
}
