package machine_test

import (
	"testing"
	"time"

	"github.com/mudpuppy-e2ee/mudpuppy/machine"
)

// The session that is used all the time stays in memory, however many others come.
func TestTheSessionsThatAreUsedStayInMemory(t *testing.T) {
	w := newWorld(t)
	a, f := w.device(alice, "ALICE"), w.forger(bob, "FORGER")
	a.learn(bob)
	used := f.group(aRoom)
	a.deliver(f.send(a, "m.room_key", used.roomKey()))
	for range 14 {
		var events []fields
		for range 50 {
			events = append(events, f.send(a, "m.room_key", f.group(aRoom).roomKey()))
		}
		a.deliver(events...)
		if is, _ := a.Cached(used.SessionID()); !is {
			t.Fatal("the one that is used has left")
		}
		a.mustOpen(aRoom, used.message("again"))
		a.deliver() // what was noted of it is kept
	}
	a.deliver(f.send(a, "m.room_key", f.group(aRoom).roomKey()))
	if _, all := a.Cached(used.SessionID()); all > 600 {
		t.Errorf("%d are", all)
	}
}

// T18: that the keys of a device are signed is remembered for the exact text and user.
func TestT18SignedKeysAreRememberedExactly(t *testing.T) {
	w := newWorld(t)
	a, f := w.device(alice, "ALICE"), w.forger(bob, "FORGER")
	for range 3 {
		if r := a.delivered(f.send(a, "org.example", fields{})); r.Error != nil {
			t.Fatal(r.Error)
		}
	}
	if n := a.SignedKeys(); n != 1 {
		t.Errorf("%d texts are remembered", n)
	}
	for name, change := range map[string]func(p, k fields){
		"another algorithm": func(_, k fields) { k["algorithms"] = []any{} },
		"more":              func(_, k fields) { k["more"] = 1 },
		"no signature":      func(_, k fields) { delete(k, "signatures") },
	} {
		p := f.plaintext(a, "org.example", fields{})
		k := f.copyOf(p["sender_device_keys"].(fields))
		change(p, k)
		p["sender_device_keys"] = k
		for range 2 {
			if r := a.delivered(f.encrypted(f.encrypt(a, p))); r.Error != machine.ErrMismatchedSender {
				t.Errorf("%s: %v", name, r.Error)
			}
		}
	}
	// The same keys, as those of somebody else.
	other := w.forger(carol, "FORGER")
	other.account = f.account
	p := other.plaintext(a, "org.example", fields{})
	p["sender_device_keys"] = f.deviceKeys()
	if r := a.delivered(other.encrypted(other.encrypt(a, p))); r.Error != machine.ErrMismatchedSender {
		t.Errorf("of another user: %v", r.Error)
	}
}

// What is remembered of keys is bounded.
func TestSignedKeysAreRememberedWithinBounds(t *testing.T) {
	w := newWorld(t)
	a, f := w.device(alice, "ALICE"), w.forger(bob, "FORGER")
	for n := range 1100 {
		p := f.plaintext(a, "org.example", fields{})
		k := f.unsignedKeys()
		k["n"] = n
		p["sender_device_keys"] = f.sign(k)
		a.delivered(f.encrypted(f.encrypt(a, p)))
	}
	if n := a.SignedKeys(); n == 0 || n > 1000 {
		t.Errorf("%d texts are remembered", n)
	}
}

// An own device, verified as it is, gets no more than a thousand answers in an hour.
func TestT21AnOwnDeviceCannotAskForEverything(t *testing.T) {
	w := newWorld(t)
	a, f := w.device(alice, "ALICE"), w.forger(alice, "FORGER")
	other := w.forger(bob, "OTHER")
	a.learn(alice)
	w.must(a.VerifyDevice(ctx, alice, "FORGER"))
	g := other.group(aRoom)
	a.deliver(other.send(a, "m.room_key", g.roomKey()))
	ask := func(count int) (answers int) {
		for range count {
			a.deliver(fields{"type": "m.room_key_request", "sender": alice, "content": fields{
				"action": "request", "requesting_device_id": "FORGER", "request_id": "r",
				"body": fields{"algorithm": "m.megolm.v1.aes-sha2", "room_id": aRoom, "session_id": g.SessionID()}}})
			a.pump()
			for range f.inbox() {
				answers++
			}
		}
		return answers
	}
	if got := ask(1005); got != 1000 {
		t.Errorf("%d answers", got)
	}
	w.clock = w.clock.Add(time.Hour)
	if got := ask(3); got != 3 {
		t.Errorf("after an hour: %d answers", got)
	}
}
