package machine_test

import (
	"bytes"
	"testing"
	"time"

	"github.com/mudpuppy-e2ee/mudpuppy/internal/homeserver"
	"github.com/mudpuppy-e2ee/mudpuppy/machine"
	"github.com/mudpuppy-e2ee/mudpuppy/store"
)

// refusing has the homeserver refuse for good what is for a device, and counts how often
// it was asked.
func (w *world) refusing(device string) (asked *int) {
	asked = new(int)
	w.server.Lies.Withhold = func(h homeserver.Happening) bool { return h.ToDeviceID == device }
	w.server.Lies.Answer = func(r homeserver.Request, status int, answer []byte) (int, []byte) {
		if !bytes.Contains(r.Body, []byte(`"`+device+`":{"algorithm"`)) {
			return status, answer
		}
		*asked++
		return 413, []byte(`{"errcode":"M_TOO_LARGE"}`)
	}
	return asked
}

// A device for which the homeserver did not take the key is given it again: later, and
// after ever longer pauses, so that it holds up nobody.
func TestAKeyThatWasNotTakenIsSharedAgain(t *testing.T) {
	for name, between := range map[string]func(a *client){
		"later":           func(*client) {},
		"after a restart": func(a *client) { a.open() },
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			a, b, c := w.device(alice, "ALICE"), w.device(bob, "BOB"), w.device(carol, "CAROL")
			room := w.room(a, b, c)
			members := []string{alice, bob, carol}
			asked := w.refusing("BOB")
			first, _ := a.say(room, "first", members...)
			c.reads(room, first, "first")
			b.cannotRead(room, first, machine.ErrUnknownSession)
			before := *asked
			for range 5 {
				a.say(room, "at once", members...)
			}
			if *asked != before {
				t.Errorf("it is tried again at once")
			}
			for range 100 {
				w.clock = w.clock.Add(time.Minute)
				a.say(room, "a minute later", members...)
			}
			if n := *asked - before; n < 5 || n > 20 {
				t.Errorf("it was tried %d times in 100 minutes", n)
			}
			w.server.Lies = homeserver.Lies{}
			w.clock = w.clock.Add(15 * time.Minute)
			between(a)
			second, _ := a.say(room, "second", members...)
			b.reads(room, second, "second")
			c.reads(room, second, "second")
		})
	}
}

// That a key was not taken is the homeserver's word only: a device that is blocked then
// gets no message that is encrypted with it.
func TestT33AKeyThatWasNotTakenMayHaveBeen(t *testing.T) {
	w := newWorld(t)
	a, b := w.device(alice, "ALICE"), w.device(bob, "BOB")
	room := w.room(a, b)
	w.refusing("BOB")
	a.say(room, "first", alice, bob)
	before := a.share(room, alice, bob).SessionID
	w.must(a.BlockDevice(ctx, bob, "BOB", true))
	if a.share(room, alice, bob).SessionID == before {
		t.Error("the session goes on")
	}
}

// A request of an older store, which does not tell its room, goes out.
func TestRequestsOfAnOlderStoreGoOut(t *testing.T) {
	w := newWorld(t)
	a, b := w.device(alice, "ALICE"), w.device(bob, "BOB")
	room := w.room(a, b)
	for range 10 {
		s, err := a.ShareRoomKey(ctx, room, []string{alice, bob})
		if w.must(err); s.Waiting == machine.WaitSent {
			break
		}
		a.pump()
	}
	w.must(a.Close())
	epoch, err := store.Claim(ctx, a.config.Store)
	w.must(err)
	for ref, value := range w.contents(a.config.Store) {
		if ref.Table == store.Requests {
			value = "\x01" + value[1:len(value)-len(room)-2]
			w.must(a.config.Store.Commit(ctx, epoch, store.Changes{Puts: []store.Record{{Ref: ref, Value: []byte(value)}}}))
		}
	}
	a.open()
	id, _ := a.say(room, "hello", alice, bob)
	b.reads(room, id, "hello")
}
