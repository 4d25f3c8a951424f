package machine_test

import (
	"testing"

	"github.com/mudpuppy-e2ee/mudpuppy/machine"
)

const (
	encryptionEvent = `{"type":"m.room.encryption","state_key":"","content":{"algorithm":"m.megolm.v1.aes-sha2"}}`
	aRoomEvents     = `{"rooms":{"join":{"` + aRoom + `":{"timeline":{"events":[`
)

func visibilityEvent(v string) string {
	return `{"type":"m.room.history_visibility","state_key":"","content":{"history_visibility":"` + v + `"}}`
}

// Who may read earlier messages counts, too, if it was said before the room was encrypted.
func TestTheVisibilityBeforeTheEncryptionCounts(t *testing.T) {
	for name, c := range map[string]struct {
		syncs []string
		want  bool
	}{
		"in the same answer":   {[]string{visibilityEvent("shared") + "," + encryptionEvent}, true},
		"after it":             {[]string{encryptionEvent + "," + visibilityEvent("shared")}, true},
		"in an earlier answer": {[]string{visibilityEvent("world_readable"), encryptionEvent}, true},
		"changed since":        {[]string{visibilityEvent("shared"), visibilityEvent("joined"), encryptionEvent}, false},
		"changed with it":      {[]string{visibilityEvent("shared"), encryptionEvent + "," + visibilityEvent("invited")}, false},
		"never said":           {[]string{encryptionEvent}, false},
		"unknown":              {[]string{visibilityEvent("shared"), visibilityEvent("org.example"), encryptionEvent}, false},
	} {
		for _, restart := range []bool{false, true} {
			w := newWorld(t)
			a := w.device(alice, "ALICE")
			for _, events := range c.syncs {
				_, err := a.RoomSettings(ctx, aRoom)
				w.fails(err, machine.ErrNotEncrypted)
				a.received(aRoomEvents + events + `]}}}}}`)
				if restart {
					a.open()
				}
			}
			s, err := a.RoomSettings(ctx, aRoom)
			if w.must(err); s.SharedHistory != c.want || s.Algorithm == "" {
				t.Errorf("%s, restart %v: %+v", name, restart, s)
			}
		}
	}
}

// What a stranger says of a room that is not encrypted does not make it forgotten what
// was said of that.
func TestAStrangerHasNoVisibilityForgotten(t *testing.T) {
	w := newWorld(t)
	a, f := w.device(alice, "ALICE"), w.forger(bob, "FORGER")
	a.received(aRoomEvents + visibilityEvent("shared") + `]}}}}}`)
	a.deliver(fields{"type": "m.room_key.withheld", "sender": bob, "content": fields{"code": "m.unverified", "room_id": aRoom, "session_id": f.group(aRoom).SessionID()}})
	a.received(aRoomEvents + encryptionEvent + `]}}}}}`)
	if s, err := a.RoomSettings(ctx, aRoom); err != nil || !s.SharedHistory {
		t.Errorf("%+v, %v", s, err)
	}
}
