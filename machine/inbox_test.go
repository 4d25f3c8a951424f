package machine_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/mudpuppy-e2ee/mudpuppy/machine"
	"github.com/mudpuppy-e2ee/mudpuppy/store"
)

func typesOf(all []machine.ToDeviceEvent) (types []string) {
	for _, e := range all {
		types = append(types, e.Type)
	}
	return types
}

// answer takes over an answer to a sync with a position, and returns the types of the
// events that come of it.
func (c *client) answer(position string, events ...fields) []string {
	c.Helper()
	received, err := c.ReceiveSync(ctx, c.json(fields{"next_batch": position, "to_device": fields{"events": events},
		"device_one_time_keys_count": fields{"signed_curve25519": 50}}))
	c.must(err)
	return typesOf(received)
}

// T37: the program ends when ReceiveSync has kept what came, and before the application
// has it, or has dealt with it: then it comes again, until the next call shows that it
// has arrived.
func TestT37EventsForTheApplicationComeAtLeastOnce(t *testing.T) {
	w := newWorld(t)
	a, f := w.device(alice, "ALICE"), w.forger(bob, "FORGER")
	a.learn(bob)
	plain := fields{"type": "org.example.plain", "sender": carol, "content": fields{"a": 1}}
	sent := []fields{f.send(a, "org.example.first", fields{"b": 2}), plain}
	want := []string{"org.example.first", "org.example.plain"}
	if got := a.answer("s1", sent...); !slices.Equal(got, want) {
		t.Fatalf("at first: %v", got)
	}
	for n := range 2 { // lives of the program
		a.open()
		received, err := a.ReceiveSync(ctx, a.json(fields{"to_device": fields{"events": []fields{f.send(a, "org.example.next", fields{})}}}))
		w.must(err)
		if got := typesOf(received); !slices.Equal(got, append(slices.Clone(want), slices.Repeat([]string{"org.example.next"}, n+1)...)) {
			t.Fatalf("life %d: %v", n, got)
		}
		first := received[0]
		if string(first.Content) != `{"b":2}` || !first.Encrypted || first.Sender != bob || first.DeviceID != "FORGER" ||
			first.SenderKey != f.senderKey() || first.Trust.Reason != machine.UnsignedDevice || first.Error != nil {
			t.Errorf("the first is %+v", first)
		}
		if e := received[1]; e.Encrypted || e.Sender != carol || string(e.Content) != `{"a":1}` {
			t.Errorf("the plain one is %+v", e)
		}
	}
	// What is believed of the sender is as of now.
	w.must(a.BlockDevice(ctx, bob, "FORGER", true))
	a.open()
	received, err := a.ReceiveSync(ctx, []byte(`{}`))
	if w.must(err); len(received) != 4 || received[0].Trust.Reason != machine.BlockedDevice {
		t.Errorf("then %+v", received)
	}
	if got := a.answer("s2"); len(got) > 0 {
		t.Errorf("after they have arrived: %v", got)
	}
	a.open()
	if got := a.answer("s3"); len(got) > 0 {
		t.Errorf("after they have arrived, in another life: %v", got)
	}
	for ref := range w.contents(a.config.Store) {
		if ref.Table == store.Settings && strings.HasPrefix(ref.Key, "to_device/") {
			t.Errorf("%s is left", ref.Key)
		}
	}
}

// T37: a commit fails, or seems to, and the answer is passed again, perhaps to another
// life of the program: nothing is lost, and without a restart what was decrypted does
// not come twice.
func TestT37EventsSurviveAFailedCommit(t *testing.T) {
	for _, applied := range []bool{false, true} {
		for _, restart := range []bool{false, true} {
			for commit := 1; ; commit++ {
				w := newWorld(t)
				s := newFaulty()
				a, f := w.device(alice, "ALICE", withStore(s)), w.forger(bob, "FORGER")
				answer := a.json(fields{"next_batch": "other", "to_device": fields{"events": []fields{
					f.send(a, "org.example.first", fields{}), {"type": "org.example.plain", "sender": carol, "content": fields{}}}}})
				s.failAt, s.applied = s.count()+commit, applied
				all, err := a.ReceiveSync(ctx, answer)
				if err == nil {
					break // there are no more
				}
				w.fails(err, store.ErrFailed)
				if restart {
					a.open()
				}
				for range 2 {
					more, err := a.ReceiveSync(ctx, answer)
					w.must(err)
					all = append(all, more...)
				}
				got := typesOf(all)
				if count(got, "org.example.first") != 1 || count(got, "org.example.plain") < 1 {
					t.Errorf("applied %v, restart %v, commit %d: %v", applied, restart, commit, got)
				}
			}
		}
	}
}

func count(all []string, one string) (n int) {
	for _, s := range all {
		if s == one {
			n++
		}
	}
	return n
}

// The inbox is bounded, and strangers cannot fill it.
func TestEventsForTheApplicationAreKeptWithinBounds(t *testing.T) {
	w := newWorld(t)
	a, f := w.device(alice, "ALICE"), w.forger(bob, "FORGER")
	long := strings.Repeat("x", 200_000)
	var all []fields
	for n := range 30 {
		all = append(all, fields{"type": fmt.Sprint("org.example.plain", n), "sender": carol, "content": fields{"text": long}})
	}
	all = append(all, f.send(a, "org.example.encrypted", fields{"text": long}))
	if got := a.answer("s1", all...); len(got) != 31 {
		t.Fatalf("%d events come", len(got))
	}
	a.open()
	got := a.answer("s2")
	if len(got) != 10 || got[0] != "org.example.encrypted" {
		t.Errorf("after a restart: %v", got)
	}
	all = nil
	for range 1500 {
		all = append(all, fields{"type": "org.example.plain", "sender": carol, "content": fields{}})
	}
	if got := a.answer("s3", all...); len(got) != 1500 {
		t.Fatalf("%d events come", len(got))
	}
	a.open()
	if got := a.answer("s4"); len(got) != 1000 {
		t.Errorf("after a restart: %d", len(got))
	}
}
